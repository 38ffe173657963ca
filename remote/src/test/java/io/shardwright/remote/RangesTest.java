package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.channel.PositionalChannel;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading one file of a web server, well and badly behaved. */
class RangesTest {
  private static final String QUERY = "?X-Signature=very-secret";
  private static final byte[] BYTES = bytes(5 << 20);
  private static final Content CONTENT = Content.of(BYTES);

  private final TestServer server = new TestServer().put("/dir/a%20b.nemo", CONTENT);
  private final List<Long> pauses = new CopyOnWriteArrayList<>();

  private static byte[] bytes(int count) {
    var bytes = new byte[count];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Path path(String name) {
    return path(name, Map.of());
  }

  private Path path(String name, Map<String, String> variables) {
    var settings = new Settings(variables);
    var provider = new HttpProvider(settings, Retries.STANDARD.pausing(pauses::add));
    return provider.getPath(URI.create(server.address() + name + QUERY));
  }

  private Path file() {
    server.put("/dir/x.nemo", CONTENT);
    return path("/dir/x.nemo");
  }

  private static byte[] read(Path file, int from, int length) throws IOException {
    try (var channel = (PositionalChannel) Files.newByteChannel(file)) {
      return read(channel, from, length);
    }
  }

  private static byte[] read(PositionalChannel channel, int from, int length) throws IOException {
    var read = ByteBuffer.allocate(length);
    while (read.hasRemaining() && channel.read(read, from + read.position()) >= 0) {}
    return Arrays.copyOf(read.array(), read.position());
  }

  private List<String> ranges() {
    return server.seen.stream().map(seen -> seen.headers().getFirst("Range")).toList();
  }

  @Test
  void givesTheBytesOfAFile() throws IOException {
    Path file = file();
    assertEquals(BYTES.length, Files.size(file));
    assertArrayEquals(BYTES, Files.readAllBytes(file));
    assertArrayEquals(
        Arrays.copyOfRange(BYTES, BYTES.length - 5, BYTES.length),
        read(file, BYTES.length - 5, 100));
    assertThrows(NoSuchFileException.class, () -> Files.size(file.resolveSibling("none")));
    assertTrue(Files.isRegularFile(file));
    assertFalse(Files.isDirectory(file.getParent()));
  }

  @Test
  void threadsReadWhatTheyAskFor() throws IOException {
    try (var channel = (PositionalChannel) Files.newByteChannel(file())) {
      channel.expect(1 << 20, 3 << 20);
      IntStream.range(0, 64)
          .parallel()
          .forEach(
              part -> {
                int at = part * (BYTES.length / 64);
                try {
                  assertArrayEquals(
                      Arrays.copyOfRange(BYTES, at, at + 70_000), read(channel, at, 70_000));
                } catch (IOException failure) {
                  throw new AssertionError(failure);
                }
              });
    }
  }

  @Test
  void headersDoNotFetchBlocks() throws IOException {
    read(file(), 0, 8);
    read(file(), 4 << 20, 8);
    assertTrue(server.sent.get() < 200_000, server.sent + " bytes for headers: " + ranges());
  }

  @Test
  void whatIsExpectedIsFetchedOnceAndNothingElse() throws IOException {
    try (var channel = (PositionalChannel) Files.newByteChannel(file())) {
      long before = server.sent.get();
      channel.expect(1 << 20, 3 << 20);
      for (int at = 1 << 20; at < 4 << 20; at += 1 << 18) {
        read(channel, at, 1 << 18);
      }
      assertEquals(3 << 20, server.sent.get() - before, ranges().toString());
    }
  }

  @Test
  void goesOnWhereItWasBrokenOff() throws IOException {
    Path file = file();
    Files.size(file);
    server.fault(Faults.times(3, Faults.cut(path -> CONTENT, 300_000)));
    assertArrayEquals(Arrays.copyOf(BYTES, 4 << 20), read(file, 0, 4 << 20));
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504, 0})
  void triesAgainWhatPasses(int status) throws IOException {
    server.fault(Faults.times(4, status == 0 ? Faults.reset() : Faults.status(status)));
    assertArrayEquals(Arrays.copyOf(BYTES, 100), read(file(), 0, 100));
    assertFalse(pauses.isEmpty());
  }

  @Test
  void pausesDoubleAndServersMayAskForLongerOnes() throws IOException {
    server.fault(Faults.times(3, Faults.status(503)));
    Files.size(file());
    for (int n = 0; n < 3; n++) {
      long most = 500L << n;
      assertTrue(pauses.get(n) >= most / 2 && pauses.get(n) <= most, pauses.toString());
    }
    pauses.clear();
    server.fault(Faults.times(1, Faults.busy("17")));
    Files.size(path("/dir/x.nemo"));
    assertEquals(List.of(17_000L), pauses);
  }

  @Test
  void givesUpWithACodeAndWithoutTheSignature() {
    server.fault(Faults.status(503));
    var failure = assertThrows(CheckpointException.class, () -> Files.size(file()));
    assertEquals(ErrorCode.NETWORK_FAILED, failure.code());
    assertEquals(6, pauses.size());
    assertTrue(failure.getMessage().contains("/dir/x.nemo: "), failure.getMessage());
    assertTrue(failure.getMessage().contains("503"), failure.getMessage());
    assertFalse(failure.getMessage().contains("secret"), failure.getMessage());
  }

  @Test
  void aStallIsAFailure() throws IOException {
    server.put("/dir/x.nemo", CONTENT);
    Path file = path("/dir/x.nemo", Map.of("SHARDWRIGHT_REMOTE_TIMEOUT", "1"));
    Files.size(file);
    server.fault(Faults.times(1, Faults.stall(path -> CONTENT, 100)));
    assertArrayEquals(Arrays.copyOf(BYTES, 1000), read(file, 0, 1000));
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void tellsWhoeverHasNoAccess(int status) {
    server.fault(Faults.status(status));
    var failure = assertThrows(CheckpointException.class, () -> Files.size(file()));
    assertEquals(ErrorCode.ACCESS_REFUSED, failure.code());
    assertTrue(pauses.isEmpty());
  }

  @Test
  void refusesAFileThatChanges() throws IOException {
    for (Content other : List.of(CONTENT.as("other"), Content.of(bytes(5 << 19)))) {
      try (var channel = (PositionalChannel) Files.newByteChannel(file())) {
        read(channel, 0, 100);
        server.put("/dir/x.nemo", other);
        var failure = assertThrows(CheckpointException.class, () -> read(channel, 3 << 20, 100));
        assertEquals(ErrorCode.SOURCE_CHANGED, failure.code());
      }
    }
  }

  @Test
  void asksNothingOfWhatIsBesideASignedFile() throws IOException {
    Path file = file();
    Files.size(file);
    server.fault(Faults.status(403));
    assertFalse(Files.exists(file.resolveSibling("other")));
    assertFalse(Files.isDirectory(file.getParent()));
  }

  @Test
  void keepsSignaturesToItself() {
    Path file = file();
    var shown = new ArrayList<>(List.of(file.toString(), file.toUri().toString()));
    shown.add(file.toAbsolutePath().normalize().toString());
    shown.add(file.getFileName().toString());
    assertTrue(shown.stream().noneMatch(text -> text.contains("secret")), shown.toString());
    assertTrue(server.seen.stream().allMatch(seen -> seen.query().equals(QUERY.substring(1))));
  }

  @Test
  void readsOtherMachinesWithTlsAlone() {
    var provider = new HttpProvider(new Settings(Map.of()), TestHub.QUICK);
    Path file = provider.getPath(URI.create("http://192.0.2.1/x.nemo"));
    var failure = assertThrows(CheckpointException.class, () -> Files.size(file));
    assertEquals(ErrorCode.UNSUPPORTED, failure.code());
  }
}
