package io.shardwright.core.internal.codec.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafetensorsLayoutTest {
  @Test
  void refusesTheTypesThatTheFormatHasNoWordFor() {
    for (DType dtype : DType.values()) {
      var tensors = List.of(new TensorSpec("a", dtype, Shape.of(2)));
      if (dtype == DType.COMPLEX128 || dtype == DType.COMPLEX32) {
        var refusal =
            assertThrows(
                UnsupportedCheckpointException.class,
                () -> SafetensorsLayout.of(tensors, "w.safetensors"));
        assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
      } else {
        assertEquals(0, SafetensorsLayout.of(tensors, "w.safetensors").dataOffset("a") % 8);
      }
    }
  }
}
