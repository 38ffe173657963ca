package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/** PyTorch's native library for tests. */
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
}
