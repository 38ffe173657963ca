package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import org.junit.jupiter.api.Test;

class TorchLibraryTest {
  private static final long MIB = 1 << 20;

  @Test
  void tilesAreAsLargeAsAGpusFreeMemoryAllows() {
    assertEquals(16 * MIB, TorchLibrary.tileBytes("cuda:0", Long.MAX_VALUE, 4));
    assertEquals(16 * MIB, TorchLibrary.tileBytes("cuda:0", 80_000 * MIB, 16));
    assertEquals(4 * MIB, TorchLibrary.tileBytes("cuda:0", 600 * MIB, 8));
    assertEquals(1 * MIB, TorchLibrary.tileBytes("cuda:0", 64 * MIB, 4));
  }

  @Test
  void tooLittleFreeMemoryIsToldBeforeTheRun() {
    var refusal =
        assertThrows(DeviceException.class, () -> TorchLibrary.tileBytes("cuda:0", 63 * MIB, 4));
    assertEquals(ErrorCode.DEVICE_FULL, refusal.code());
  }
}
