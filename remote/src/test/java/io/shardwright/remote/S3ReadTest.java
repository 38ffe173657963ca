package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.remote.TestServer.Fault;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of a store that speaks S3, read from a server of ranges. */
class S3ReadTest extends S3Case {
  private Path source(String name) {
    return provider(server.address()).getPath(URI.create("s3://models/" + name));
  }

  private static byte[] read(Path file, int from, int length) throws IOException {
    var read = ByteBuffer.allocate(length);
    try (var channel = Files.newByteChannel(file)) {
      channel.position(from);
      while (read.hasRemaining() && channel.read(read) >= 0) {}
    }
    return Arrays.copyOf(read.array(), read.position());
  }

  private static byte[] range(int from, int length) {
    return Arrays.copyOfRange(BYTES, from, from + length);
  }

  @Test
  void givesTheBytesOfAnObject() throws IOException {
    Path file = source("x.bin");
    assertEquals(BYTES.length, Files.size(file));
    assertArrayEquals(BYTES, Files.readAllBytes(file));
    assertArrayEquals(range(1_000_000, 10), read(file, 1_000_000, 10));
    refused(ErrorCode.SOURCE_MISSING, () -> read(source("none"), 0, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504, 0})
  void readsAgainWhatPasses(int status) throws IOException {
    Path file = source("x.bin");
    server.fault(Faults.times(4, status == 0 ? Faults.reset() : Faults.status(status)));
    assertArrayEquals(range(5, 100), read(file, 5, 100));
    assertFalse(pauses.isEmpty());
  }

  @Test
  void waitsAsLongAsTheStoreAsks() throws IOException {
    server.fault(Faults.times(1, Faults.busy("17")));
    assertEquals(BYTES.length, Files.size(source("x.bin")));
    assertEquals(List.of(17_000L), pauses);
  }

  @Test
  void goesOnAfterShortBodiesAndStalls() throws IOException {
    try (var channel = Files.newByteChannel(source("x.bin"))) {
      server.fault(Faults.times(3, Faults.cut(path -> CONTENT, 30_000)));
      var some = ByteBuffer.allocate(60_000);
      channel.read(some);
      server.fault(Faults.times(1, Faults.stall(path -> CONTENT, 100)));
      channel.position(1 << 20).read(some.clear());
      assertArrayEquals(
          range(1 << 20, some.position()), Arrays.copyOf(some.array(), some.position()));
    }
  }

  @Test
  void givesUpWithACode() {
    server.fault(Faults.status(503));
    var failure = refused(ErrorCode.NETWORK_FAILED, () -> Files.size(source("x.bin")));
    assertEquals(6, pauses.size());
    assertTrue(failure.getMessage().contains("7 attempts failed"), failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void tellsWhoeverHasNoAccess(int status) {
    server.fault(Faults.status(status));
    refused(ErrorCode.ACCESS_REFUSED, () -> Files.size(source("x.bin")));
    assertTrue(pauses.isEmpty());
  }

  /** The server overlooks {@code If-Match}, as some stores do. */
  @Test
  void refusesAnObjectThatChanges() throws IOException {
    for (Content other : List.of(CONTENT.as("other"), Content.of(range(0, 2 << 20)))) {
      server.put("/models/x.bin", CONTENT);
      try (var channel = Files.newByteChannel(source("x.bin"))) {
        server.put("/models/x.bin", other);
        refused(ErrorCode.SOURCE_CHANGED, () -> channel.read(ByteBuffer.allocate(10)));
      }
    }
    try (var channel = Files.newByteChannel(source("x.bin"))) {
      server.fault(Faults.status(412));
      refused(ErrorCode.SOURCE_CHANGED, () -> channel.read(ByteBuffer.allocate(10)));
    }
  }

  @Test
  void refusesOtherBytesThanItAskedFor() throws IOException {
    for (String range : List.of("", "bytes 7-20/" + BYTES.length, "bytes 1-2", "odd")) {
      Fault wrong =
          (exchange, own) -> {
            exchange.getResponseHeaders().set("Content-Range", range);
            exchange.sendResponseHeaders(206, 14);
            exchange.getResponseBody().write(BYTES, 0, 14);
            return true;
          };
      try (var channel = Files.newByteChannel(source("x.bin"))) {
        server.fault(wrong);
        refused(ErrorCode.UNSUPPORTED, () -> channel.read(ByteBuffer.allocate(10)));
      }
      server.fault((exchange, own) -> false);
    }
  }

  @Test
  void followsNoRedirectsThatEndNowhere() {
    server.fault(
        (exchange, own) -> {
          String next = own.address() + exchange.getRequestURI() + "?X-Signature=" + SECRET;
          exchange.getResponseHeaders().set("Location", next);
          TestServer.status(exchange, 307);
          return true;
        });
    refused(ErrorCode.READ_FAILED, () -> Files.size(source("x.bin")));
  }

  @Test
  void namesABucketThatIsMissing() {
    server.fault(
        (exchange, own) -> {
          byte[] said = "<Error><Code>NoSuchBucket</Code></Error>".getBytes(StandardCharsets.UTF_8);
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(404, head ? -1 : said.length);
          exchange.getResponseBody().write(said, 0, head ? 0 : said.length);
          return true;
        });
    var failure = refused(ErrorCode.SOURCE_MISSING, () -> Files.isDirectory(source("x")));
    assertTrue(failure.getMessage().contains("no such bucket"), failure.getMessage());
  }
}
