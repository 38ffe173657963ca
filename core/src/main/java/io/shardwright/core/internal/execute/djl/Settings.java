package io.shardwright.core.internal.execute.djl;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What DJL reads from system properties, set before its engine is first touched. */
final class Settings {
  private static final String CACHE = "ENGINE_CACHE_DIR";

  private Settings() {}

  /**
   * Forbids what DJL would do over the network, and says where it may leave files. What a host has
   * set stays, but for the first two.
   */
  static void apply(String device, Natives natives) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    // The threads of a run are ours; PyTorch's own would be as many again for each.
    propose("ai.djl.pytorch.num_threads", "1");
    propose("ai.djl.pytorch.num_interop_threads", "1");
    propose("ai.djl.pytorch.graph_optimizer", "false");
    if (Utils.getEnvOrSystemProperty("DJL_CACHE_DIR") == null) {
      propose(CACHE, cache().toString());
    }
    propose("jna.tmpdir", created(device, Utils.getEngineCacheDir().resolve("jna")).toString());
    natives.libraries().ifPresent(Settings::describe);
  }

  /** DJL's own native code is there for these two kinds of libtorch. */
  private static void describe(Path libraries) {
    boolean cuda = Files.exists(libraries.resolve(System.mapLibraryName("torch_cuda")));
    propose("PYTORCH_VERSION", TorchVersion.wanted());
    propose("PYTORCH_FLAVOR", cuda ? "cu128" : "cpu");
  }

  private static void propose(String name, String value) {
    if (Utils.getEnvOrSystemProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  /** The user's folder for what can be made again: DJL unpacks the library there, once. */
  private static Path cache() {
    Path home = Path.of(System.getProperty("user.home"));
    Path caches =
        switch (TorchVersion.platform().substring(0, 3)) {
          case "win" -> from("LOCALAPPDATA").orElse(home.resolve("AppData/Local"));
          case "osx" -> home.resolve("Library/Caches");
          default -> from("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
        };
    return caches.resolve("shardwright");
  }

  private static Optional<Path> from(String variable) {
    return Optional.ofNullable(Utils.getenv(variable)).filter(v -> !v.isBlank()).map(Path::of);
  }

  private static Path created(String device, Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException failure) {
      throw Natives.broken(
          device,
          "PyTorch's native library is unpacked to a cache, which can't be made: "
              + failure
              + ": name another folder in "
              + CACHE);
    }
  }
}
