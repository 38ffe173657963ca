package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.remote.TestServer.Fault;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.store.ObjectStore.Part;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects of a store that speaks S3, read from a server of ranges and written to another one. */
class S3Test {
  private static final String SECRET = "very-secret";
  private static final byte[] BYTES = new byte[3 << 20];
  private static final Content CONTENT;

  static {
    new Random(26).nextBytes(BYTES);
    CONTENT = Content.of(BYTES);
  }

  private static final Settings SETTINGS =
      new Settings(
          Map.of(
              "AWS_ENDPOINT_URL_S3", "set",
              "AWS_REGION", "us-east-1",
              "SHARDWRIGHT_REMOTE_TIMEOUT", "1"));

  private final TestServer server = new TestServer().put("/models/x.bin", CONTENT);
  private final TestStore store = new TestStore();
  private final List<Long> pauses = new CopyOnWriteArrayList<>();
  private final Retries retries = Retries.STANDARD.pausing(pauses::add);

  @AfterEach
  void close() {
    server.close();
    store.close();
  }

  private S3Client client(String address) {
    var account = AwsBasicCredentials.create("test", SECRET);
    return new S3Settings(SETTINGS)
        .builder()
        .endpointOverride(URI.create(address))
        .credentialsProvider(StaticCredentialsProvider.create(account))
        .build();
  }

  private S3Provider provider(String address) {
    return new S3Provider(SETTINGS, retries, client(address));
  }

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

  private static CheckpointException refused(ErrorCode code, Attempt attempt) {
    var refusal = assertThrows(CheckpointException.class, attempt::run);
    assertEquals(code, refusal.code(), refusal.toString());
    for (Throwable each = refusal; each != null; each = each.getCause()) {
      assertFalse(each.toString().contains(SECRET), each.toString());
      assertFalse(each.toString().contains("X-Signature"), each.toString());
    }
    return refusal;
  }

  private interface Attempt {
    void run() throws IOException;
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

  private RemotePath target() {
    var provider = provider(store.address());
    return (RemotePath) provider.getPath(URI.create("s3://models/out.bin"));
  }

  private S3Uploads uploads() {
    var pace = new S3Settings(SETTINGS).pace();
    return new S3Uploads(client(store.address()), retries, true, pace);
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.wrap(BYTES, 0, count);
  }

  private static long crc(ByteBuffer bytes) {
    var crc = new CRC32();
    crc.update(bytes.duplicate());
    return crc.getValue();
  }

  private static void send(S3Uploads uploads, RemotePath target, String upload, int... numbers)
      throws IOException {
    for (int number : numbers) {
      ByteBuffer bytes = bytes(100 * number);
      uploads.send(target, upload, number, bytes, crc(bytes));
    }
  }

  @Test
  void partsComeInAnyOrderAndAreListedByNumber() throws IOException {
    var uploads = uploads();
    RemotePath target = target();
    String upload = uploads.begin(target);
    send(uploads, target, upload, 3, 1, 2, 1);
    var parts = uploads.parts(target, upload);
    assertEquals(List.of(1, 2, 3), parts.stream().map(Part::number).toList());
    assertEquals(List.of(100L, 200L, 300L), parts.stream().map(Part::bytes).toList());
    assertEquals(OptionalLong.of(crc(bytes(200))), parts.get(1).crc());
    assertEquals(1, uploads.open(target).size());
    uploads.complete(target, upload, parts, false);
    assertEquals(Map.of("out.bin", 600L), store.objects());
    assertThrows(NoSuchFileException.class, () -> send(uploads, target, upload, 1));
    String second = uploads.begin(target);
    send(uploads, target, second, 1);
    var again = uploads.parts(target, second);
    assertThrows(
        FileAlreadyExistsException.class, () -> uploads.complete(target, second, again, false));
    uploads.abort(target, second);
    uploads.abort(target, second);
    assertEquals(0, store.open());
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 503, 0})
  void sendsAgainWhatPasses(int status) throws IOException {
    var uploads = uploads();
    RemotePath target = target();
    String upload = uploads.begin(target);
    store.fault(Faults.times(3, status == 0 ? Faults.reset() : Faults.status(status)));
    send(uploads, target, upload, 1);
    assertEquals(1, uploads.parts(target, upload).size());
    assertFalse(pauses.isEmpty());
  }

  @Test
  void aPartThatArrivesDamagedIsSentAgainAndThenRefused() throws IOException {
    var uploads = uploads();
    RemotePath target = target();
    String upload = uploads.begin(target);
    var failure =
        refused(
            ErrorCode.NETWORK_FAILED,
            () -> uploads.send(target, upload, 1, bytes(100), crc(bytes(99))));
    assertTrue(failure.getMessage().contains("BadDigest"), failure.getMessage());
    assertFalse(failure.getMessage().contains("read"), failure.getMessage());
    assertEquals(6, pauses.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 405, 403})
  void aWriteThatIsRefusedHasACode(int status) throws IOException {
    var uploads = uploads();
    RemotePath target = target();
    String upload = uploads.begin(target);
    store.fault(Faults.status(status));
    var code = status == 403 ? ErrorCode.ACCESS_REFUSED : ErrorCode.WRITE_FAILED;
    refused(code, () -> send(uploads, target, upload, 1));
    assertTrue(pauses.isEmpty());
  }

  @Test
  void aStoreThatTakesNoBytesIsAFailure() throws IOException {
    RemotePath target = target();
    String upload = uploads().begin(target);
    var once = new Retries(1, Duration.ZERO, Duration.ZERO, pauses::add);
    var pace = new Pace(Duration.ofMillis(100), 100 << 20);
    var hasty = new S3Uploads(client(store.address()), once, true, pace);
    var large = ByteBuffer.allocate(20 << 20);
    store.fault(
        (exchange, own) -> {
          TestServer.sleep(60_000);
          return true;
        });
    var failure =
        refused(ErrorCode.NETWORK_FAILED, () -> hasty.send(target, upload, 1, large, crc(large)));
    assertTrue(failure.getMessage().contains("timeout"), failure.getMessage());
  }

  @Test
  void whatWasDoneBeforeTheAnswerWasLostIsDone() throws IOException {
    var uploads = uploads();
    RemotePath target = target();
    String upload = uploads.begin(target);
    send(uploads, target, upload, 1);
    var parts = uploads.parts(target, upload);
    store.fault(Faults.times(1, (exchange, own) -> store.forgets(exchange)));
    uploads.complete(target, upload, parts, false);
    store.fault(Faults.times(1, (exchange, own) -> store.forgets(exchange)));
    RemotePath plan = (RemotePath) target.resolveSibling("plan");
    uploads.put(plan, bytes(7), false);
    assertThrows(FileAlreadyExistsException.class, () -> uploads.put(plan, bytes(8), false));
  }
}
