package io.shardwright.core.internal.execute.djl;

import io.shardwright.core.internal.execute.Footprint;
import io.shardwright.core.internal.execute.TensorBackend;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Opens backends on PyTorch's devices. This class names none of DJL's types, so that it can be
 * called if DJL is absent: only the command line brings it.
 */
public final class TorchDevices {
  /** What a cast needs: its result, and what comes about on the way. */
  static final int CAST_TILES = 14;

  /** What a sum leaves beside: the weight's numbers, the product, the sum, and its bits. */
  private static final int SUM_TILES = 4;

  /** Larger tiles were no faster when measured, and take more memory. */
  public static final Footprint.TileMemory PROCESSOR =
      new Footprint.TileMemory(2 << 20, 0, CAST_TILES - 1, SUM_TILES, 2, 1, false);

  /**
   * Each passes the bus in two copies: long enough that their start does not count. What is not
   * packed on the device is packed there first.
   */
  public static final Footprint.TileMemory GPU =
      new Footprint.TileMemory(16 << 20, 1, CAST_TILES - 1, SUM_TILES, 2, 1, true);

  private static final String DJL = "0.36.0";

  private TorchDevices() {}

  /** Artifacts, each with a file of its jar. */
  private static Map<String, String> artifacts() {
    var artifacts = new LinkedHashMap<String, String>();
    artifacts.put("ai.djl:api:" + DJL, "ai/djl/engine/Engine.class");
    artifacts.put("ai.djl.pytorch:pytorch-engine:" + DJL, "ai/djl/pytorch/engine/PtEngine.class");
    artifacts.put("ai.djl.pytorch:pytorch-jni:2.7.1-" + DJL, "jnilib/pytorch.properties");
    return artifacts;
  }

  /**
   * Loads the library for this machine's processor.
   *
   * @param folders where jars of natives may be
   * @param threads that will ask for a backend, each for its own
   * @throws DeviceException if DJL or the library is not there or can't be used
   */
  public static Supplier<TensorBackend> cpu(List<Path> folders, int threads) {
    requireDjl("cpu");
    return TorchLibrary.cpu(folders).backends(threads);
  }

  /**
   * Loads the library for a GPU.
   *
   * @param index from 0
   * @param folders where jars of natives may be
   * @param threads that will ask for a backend, each for its own
   * @throws DeviceException if DJL, the library or the GPU is not there or can't be used, or if its
   *     free memory is too small for so many threads
   */
  public static Supplier<TensorBackend> cuda(int index, List<Path> folders, int threads) {
    requireDjl("cuda:" + index);
    return TorchLibrary.cuda(index, folders).backends(threads);
  }

  private static void requireDjl(String device) {
    ClassLoader loader = TorchDevices.class.getClassLoader();
    String absent =
        artifacts().entrySet().stream()
            .filter(artifact -> loader.getResource(artifact.getValue()) == null)
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(" and "));
    if (!absent.isEmpty()) {
      throw new DeviceException(
          ErrorCode.NATIVE_MISSING,
          "device " + device,
          "PyTorch is used through DJL, which is not a dependency of shardwright-core: add "
              + absent
              + " to the class path");
    }
  }
}
