package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.shardwright.core.internal.execute.djl.TorchLibrary;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import java.util.List;

/** PyTorch's native library for tests, or the reason why one is skipped. */
public final class Pytorch {
  private Pytorch() {}

  /** Skips the test where there is none; where the profile should have brought it, fails it. */
  public static void require() {
    if (Pytorch.class.getResource("/native/lib/pytorch.properties") == null) {
      if (Boolean.getBoolean("shardwright.natives.required")) {
        fail("no native library on the class path");
      }
      abort("needs PyTorch's native library: mvn -Pdjl-native verify");
    }
  }

  /** Skips the test where there is no GPU. */
  static void requireGpu() {
    try {
      TorchLibrary.cuda(0, List.of());
    } catch (DeviceException absent) {
      if (absent.code() == ErrorCode.NATIVE_BROKEN) {
        throw absent;
      }
      abort(absent.getMessage());
    }
  }
}
