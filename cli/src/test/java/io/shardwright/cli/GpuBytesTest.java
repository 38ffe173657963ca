package io.shardwright.cli;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The same on a GPU. */
@Tag("gpu")
class GpuBytesTest extends DeviceBytesTest {
  @BeforeEach
  @Override
  void needDevice() {
    Pytorch.requireGpu();
  }

  @Override
  String device() {
    return "cuda:0";
  }
}
