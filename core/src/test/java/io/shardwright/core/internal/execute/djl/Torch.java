package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assumptions.abort;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.shardwright.core.internal.execute.TensorBackend;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** PyTorch for tests, where there is one; a test that needs more is skipped with the reason. */
public final class Torch {
  private Torch() {}

  /** Arrays on the processor. */
  static CarrierArrays arrays() {
    return library(() -> TorchLibrary.cpu(List.of())).arrays();
  }

  /** A host's manager of arrays on the processor. */
  public static NDManager manager() {
    library(() -> TorchLibrary.cpu(List.of()));
    return NDManager.newBaseManager(Device.cpu(), "PyTorch");
  }

  /** A host's manager of arrays on the first GPU. */
  public static NDManager gpuManager() {
    library(() -> TorchLibrary.cuda(0, List.of()));
    return NDManager.newBaseManager(Device.gpu(0), "PyTorch");
  }

  /** Backends on the processor, for a size of tiles. */
  public static IntFunction<Supplier<TensorBackend>> cpu() {
    return library(() -> TorchLibrary.cpu(List.of()))::tiled;
  }

  /** Backends on the first GPU, for a size of tiles. */
  public static IntFunction<Supplier<TensorBackend>> cuda() {
    return library(() -> TorchLibrary.cuda(0, List.of()))::tiled;
  }

  private static TorchLibrary library(Supplier<TorchLibrary> loading) {
    try {
      return loading.get();
    } catch (DeviceException absent) {
      boolean missing = absent.code() == ErrorCode.NATIVE_MISSING;
      boolean expected = missing && !Boolean.getBoolean("shardwright.natives.required");
      if (expected || absent.code() == ErrorCode.DEVICE_MISSING) {
        return abort(absent.getMessage());
      }
      throw absent;
    }
  }
}
