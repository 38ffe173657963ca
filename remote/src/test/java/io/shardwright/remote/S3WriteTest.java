package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.store.ObjectStore.Part;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects and uploads of a store that speaks S3. */
class S3WriteTest extends S3Case {
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
