package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;

class DeviceFailureTest {
  private static final String SCRIPT =
      "The following operation failed in the TorchScript interpreter.\n"
          + "Traceback of TorchScript, serialized code (most recent call last):\n"
          + "  File \"code/__torch__.py\", line 7, in spread\n";

  private static String message(String found) {
    var failure = new EngineException("general words", new Error(found));
    return DeviceFailure.of("cuda:1", "use fewer threads", failure).getMessage();
  }

  @Test
  void saysTheLineThatMatters() {
    assertEquals(
        "SW-604 device cuda:1: CUDA error: misaligned address",
        message("CUDA error: misaligned address\nCUDA kernel errors might be reported later"));
    assertEquals(
        "SW-604 device cuda:1: RuntimeError: sizes differ",
        message(SCRIPT + "RuntimeError: sizes differ\n"));
  }

  @Test
  void tellsTooLittleMemoryAndNoSuchDeviceApart() {
    assertEquals(
        "SW-605 device cuda:1: RuntimeError: CUDA out of memory. Tried: use fewer threads",
        message(SCRIPT + "RuntimeError: CUDA out of memory. Tried\n"));
    assertEquals(
        "SW-605 device cuda:1: DefaultCPUAllocator: can't allocate memory: use fewer threads",
        message("DefaultCPUAllocator: can't allocate memory"));
    assertEquals(
        "SW-603 device cuda:1: there is no such GPU; the first is cuda:0",
        message("CUDA error: invalid device ordinal\nmore"));
  }
}
