package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of a hub, and what it says of those that it does not give. */
class HubTest {
  private static final byte[] WEIGHTS = "weights, as it were".getBytes(StandardCharsets.UTF_8);
  private static final byte[] CONFIG = "{}".getBytes(StandardCharsets.UTF_8);
  private static final String MODEL = "hf://" + TestHub.ID;
  private static final String TOKEN = "hf_very-secret";

  @TempDir Path folder;

  private final TestHub hub =
      new TestHub()
          .put("config.json", Content.of(CONFIG), false)
          .put("model.safetensors", Content.of(WEIGHTS), true)
          .put("original/params.json", Content.of(CONFIG), false)
          .put("original/two/three", Content.of(CONFIG), false);

  @AfterEach
  void close() {
    hub.close();
  }

  private Path path(String address, Map<String, String> settings) {
    return hub.provider(settings).getPath(URI.create(address));
  }

  private static List<String> names(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }

  @Test
  void aModelIsAFolder() throws IOException {
    hub.pages(2);
    Path model = path(MODEL, Map.of());
    assertTrue(Files.isDirectory(model));
    assertEquals(List.of("config.json", "model.safetensors", "original"), names(model));
    assertEquals(List.of("params.json", "two"), names(model.resolve("original")));
    assertEquals(WEIGHTS.length, Files.size(model.resolve("model.safetensors")));
    assertArrayEquals(WEIGHTS, Files.readAllBytes(model.resolve("model.safetensors")));
    assertArrayEquals(CONFIG, Files.readAllBytes(model.resolve("original/params.json")));
    assertThrows(NoSuchFileException.class, () -> Files.size(model.resolve("original/none")));
  }

  @Test
  void aRevisionBecomesACommitOnce() throws IOException {
    for (String revision :
        List.of("", "@main", "@v1", "@" + TestHub.COMMIT, "@refs/pr/1", "@refs%2Fpr%2F1")) {
      Path file = path(MODEL + revision + "/config.json", Map.of());
      assertArrayEquals(CONFIG, Files.readAllBytes(file));
      assertEquals(MODEL + "@" + TestHub.COMMIT + "/config.json", file.toUri().toString());
    }
    long asked = hub.hub().seen.stream().filter(s -> s.path().contains("/revision/")).count();
    assertEquals(6, asked);
  }

  @Test
  void otherHostsGetNoToken() throws IOException {
    hub.gated(TOKEN, "GatedRepo");
    Path file = path(MODEL + "/model.safetensors", Map.of("HF_TOKEN", TOKEN));
    assertArrayEquals(WEIGHTS, Files.readAllBytes(file));
    assertFalse(hub.store().seen.isEmpty());
    assertTrue(hub.store().seen.stream().noneMatch(s -> s.headers().containsKey("Authorization")));
  }

  @Test
  void theTokenMayBeInTheHubsFile() throws IOException {
    hub.gated(TOKEN, "GatedRepo");
    Files.writeString(folder.resolve("token"), TOKEN + "\n");
    Path file = path(MODEL + "/config.json", Map.of("HF_HOME", folder.toString()));
    assertArrayEquals(CONFIG, Files.readAllBytes(file));
  }

  @Test
  void aModelHasOneNameAtAllRevisions() {
    for (String revision : List.of("", "@v1", "@" + TestHub.COMMIT)) {
      assertEquals("some.model", path(MODEL + revision, Map.of()).getFileName().toString());
    }
  }

  private CheckpointException refusal(String address, Map<String, String> settings) {
    var refusal =
        assertThrows(CheckpointException.class, () -> Files.isDirectory(path(address, settings)));
    assertFalse(refusal.getMessage().contains("secret"), refusal.getMessage());
    return refusal;
  }

  @Test
  void saysWhatTheHubRefuses() {
    assertEquals(ErrorCode.SOURCE_MISSING, refusal("hf://some-org/none", Map.of()).code());
    var revision = refusal(MODEL + "@v7", Map.of());
    assertEquals(ErrorCode.SOURCE_MISSING, revision.code());
    assertTrue(revision.getMessage().contains("revision 'v7'"), revision.getMessage());
    hub.gated("another", "GatedRepo");
    var gated = refusal(MODEL, Map.of("HF_TOKEN", TOKEN));
    assertEquals(ErrorCode.ACCESS_REFUSED, gated.code());
    assertTrue(gated.getMessage().contains("is gated"), gated.getMessage());
    hub.hubFault(Faults.status(500));
    assertEquals(ErrorCode.NETWORK_FAILED, refusal(MODEL, Map.of()).code());
  }

  @Test
  void anAddressThatExpiredIsAskedForAgain() throws IOException {
    Path file = path(MODEL + "/model.safetensors", Map.of());
    hub.storeFault(Faults.times(1, Faults.status(403)));
    assertThrows(CheckpointException.class, () -> Files.readAllBytes(file));
    byte[] large = new byte[200_000];
    hub.put("large.bin", Content.of(large), true);
    try (var channel = Files.newByteChannel(path(MODEL + "/large.bin", Map.of()))) {
      var some = ByteBuffer.allocate(10);
      channel.read(some);
      hub.storeFault(Faults.times(1, Faults.status(403)));
      assertEquals(10, channel.position(150_000).read(some.clear()));
    }
  }

  @Test
  void aStoreThatGivesOtherBytesIsRefused() throws IOException {
    hub.put("large.bin", Content.of(new byte[200_000]), true);
    try (var channel = Files.newByteChannel(path(MODEL + "/large.bin", Map.of()))) {
      var some = ByteBuffer.allocate(10);
      channel.read(some);
      hub.store().put("/blobs/large.bin", Content.of(new byte[200_000]).as("another"));
      channel.position(150_000);
      var changed = assertThrows(CheckpointException.class, () -> channel.read(some.clear()));
      assertEquals(ErrorCode.SOURCE_CHANGED, changed.code());
    }
  }

  private Map<String, String> cached(boolean weights) throws IOException {
    Path model = folder.resolve("models--some-org--some.model");
    Path snapshot = Files.createDirectories(model.resolve("snapshots/" + TestHub.COMMIT));
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), TestHub.COMMIT);
    Files.write(snapshot.resolve("config.json"), CONFIG);
    Files.write(snapshot.resolve("model.safetensors"), weights ? WEIGHTS : new byte[3]);
    return Map.of("HF_HUB_CACHE", folder.toString());
  }

  @Test
  void whatTheCacheHasIsReadThere() throws IOException {
    Path model = path(MODEL, cached(true));
    assertArrayEquals(WEIGHTS, Files.readAllBytes(model.resolve("model.safetensors")));
    assertTrue(hub.store().seen.isEmpty());
    assertEquals(List.of("config.json", "model.safetensors", "original"), names(model));
  }

  @Test
  void aFileOfAnotherSizeInTheCacheIsNotTaken() throws IOException {
    Path model = path(MODEL, cached(false));
    assertArrayEquals(WEIGHTS, Files.readAllBytes(model.resolve("model.safetensors")));
  }

  @Test
  void theCacheIsEnoughWhereTheHubIsNot() throws IOException {
    var settings = cached(true);
    hub.hubFault(Faults.reset());
    Path model = path(MODEL, settings);
    assertArrayEquals(WEIGHTS, Files.readAllBytes(model.resolve("model.safetensors")));
    assertEquals(List.of("config.json", "model.safetensors"), names(model));
    hub.close();
    Path offline = path(MODEL, Map.of("HF_HUB_CACHE", folder.toString(), "HF_HUB_OFFLINE", "1"));
    assertEquals(List.of("config.json", "model.safetensors"), names(offline));
    var none = refusal("hf://some-org/none", Map.of("HF_HUB_OFFLINE", "1"));
    assertEquals(ErrorCode.SOURCE_MISSING, none.code());
  }
}
