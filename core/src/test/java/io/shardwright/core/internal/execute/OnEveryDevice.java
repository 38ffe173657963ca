package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.djl.Torch;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What must hold for a backend on whatever device; skipped where there is none. */
abstract class OnEveryDevice {
  @Test
  @Tag("natives")
  void onTheProcessor() {
    agree(Torch.cpu());
  }

  @Test
  @Tag("gpu")
  void onAGpu() {
    agree(Torch.cuda());
  }

  /**
   * Compares with the Java virtual machine.
   *
   * @param backends for a size of tiles
   */
  abstract void agree(IntFunction<Supplier<TensorBackend>> backends);
}
