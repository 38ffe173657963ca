package io.shardwright.core.internal.execute.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import ai.djl.util.cuda.CudaUtils;
import io.shardwright.core.internal.execute.TensorBackend;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** PyTorch's native library, loaded, and one device of it. */
public final class TorchLibrary {
  private static final int LEAST_TILE_BYTES = 1 << 20;

  private final Engine engine;
  private final Device device;
  private final String name;

  private TorchLibrary(Engine engine, Device device, String name) {
    this.engine = engine;
    this.device = device;
    this.name = name;
  }

  /**
   * Loads the library for this machine's processor.
   *
   * @param folders where jars of natives may be
   * @throws DeviceException if the library is not there or can't be used
   */
  public static TorchLibrary cpu(List<Path> folders) {
    return load("cpu", Device.cpu(), folders);
  }

  /**
   * Loads the library for a GPU.
   *
   * @param index from 0
   * @param folders where jars of natives may be
   * @throws DeviceException if the library or the GPU is not there or can't be used
   */
  public static TorchLibrary cuda(int index, List<Path> folders) {
    return load("cuda:" + index, Device.gpu(index), folders);
  }

  private static synchronized TorchLibrary load(String name, Device device, List<Path> folders) {
    Natives natives = Natives.find(name, folders);
    Settings.apply(name, natives);
    LibraryCheck.require(name, natives);
    var library = new TorchLibrary(engine(name, natives), device, name);
    library.requireDevice();
    return library;
  }

  private static Engine engine(String name, Natives natives) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = natives.loader()) {
      thread.setContextClassLoader(loader);
      return Engine.getEngine("PyTorch");
    } catch (EngineException | LinkageError | IllegalArgumentException failure) {
      throw refused(name, failure);
    } catch (IOException impossible) {
      throw Natives.broken(name, impossible.toString());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static RuntimeException refused(String name, Throwable failure) {
    String reason = DeviceFailure.line(failure);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FileSystemException) {
        return new CheckpointIoException(
            ErrorCode.WRITE_FAILED, "device " + name, "can't unpack the library: " + reason);
      }
    }
    return Natives.broken(name, "PyTorch's native library can't be loaded: " + reason);
  }

  private void requireDevice() {
    if (device.isGpu() && !engine.hasCapability("CUDA")) {
      throw new DeviceException(
          ErrorCode.DEVICE_MISSING,
          "device " + name,
          "PyTorch finds no CUDA: it needs a GPU with its driver, and in PYTORCH_LIBRARY_PATH the"
              + " CUDA build of a libtorch "
              + TorchVersion.wanted()
              + "; or choose "
              + Setting.DEVICE.inText("cpu")
              + " or jvm");
    }
    try (var arrays = arrays()) {
      arrays.zeros(Carrier.BYTE, 1);
    }
  }

  /**
   * Makes backends, each for the thread that asks for it.
   *
   * @param threads that will ask
   * @throws DeviceException if the device's free memory is too small for so many
   */
  public Supplier<TensorBackend> backends(int threads) {
    return tiled(
        device.isGpu()
            ? tileBytes(name, freeBytes(), threads)
            : (int) TorchDevices.PROCESSOR.tileBytes());
  }

  Supplier<TensorBackend> tiled(int tileBytes) {
    return () -> new DjlBackend(arrays(), tileBytes);
  }

  CarrierArrays arrays() {
    return CarrierArrays.on(engine, device, name);
  }

  /** Tiles of a GPU with so much free memory. */
  static int tileBytes(String name, long free, int threads) {
    long fitting = Long.highestOneBit(Math.max(1, free / (2 + TorchDevices.CAST_TILES) / threads));
    if (fitting < LEAST_TILE_BYTES) {
      throw new DeviceException(
          ErrorCode.DEVICE_FULL,
          "device " + name,
          free
              + " bytes are free, too few for "
              + threads
              + " threads: use fewer "
              + Setting.THREADS.inText()
              + ", or "
              + Setting.DEVICE.inText("jvm"));
    }
    return (int) Math.min(TorchDevices.GPU.tileBytes(), fitting);
  }

  /** As CUDA tells it; unknown where its runtime library can't be asked. */
  private long freeBytes() {
    try {
      var usage = CudaUtils.getGpuMemory(device);
      return usage.getMax() - usage.getCommitted();
    } catch (IllegalStateException | EngineException unknown) {
      return Long.MAX_VALUE;
    }
  }

  /** What DJL reads from system properties, set before its engine is first touched. */
  private static final class Settings {
    private static final String CACHE = "ENGINE_CACHE_DIR";

    private Settings() {}

    /**
     * Forbids what DJL would do over the network, and says where it may leave files. What a host
     * has set stays, but for the first two.
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
}
