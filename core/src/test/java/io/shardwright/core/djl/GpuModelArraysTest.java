package io.shardwright.core.djl;

import ai.djl.ndarray.NDManager;
import io.shardwright.core.internal.execute.djl.Torch;
import org.junit.jupiter.api.Tag;

/** The same in the memory of a GPU. */
@Tag("gpu")
class GpuModelArraysTest extends ModelArraysTest {
  @Override
  NDManager manager() {
    return Torch.gpuManager();
  }
}
