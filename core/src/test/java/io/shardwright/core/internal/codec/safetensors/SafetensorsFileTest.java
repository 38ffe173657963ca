package io.shardwright.core.internal.codec.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.core.policy.ReadPolicy.UnknownGlobals;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SafetensorsFileTest {
  private static final int TENSORS = 1_000;

  @Test
  void countsOfAHeaderWhatIsKeptAlone() {
    Guard guard = guard(TENSORS * 800L);
    assertEquals(TENSORS, SafetensorsFile.open(file(), guard).tensors().size());
    SafetensorsFile.open(file(), guard);
    assertThrows(
        UnsafeCheckpointException.class, () -> SafetensorsFile.open(file(), guard(TENSORS * 200L)));
  }

  @Test
  void tensorsOfOneShapeShareIt() {
    var tensors = SafetensorsFile.open(file(), Guard.standard()).tensors();
    assertSame(tensors.get("t.0").spec().shape(), tensors.get("t.900").spec().shape());
    assertEquals("m.safetensors!t.900", tensors.get("t.900").bytes().name());
  }

  @Test
  void refusesATensorThatStandsTwice() {
    String entry = "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    byte[] json = ("{" + entry + "," + entry + "}").getBytes(UTF_8);
    var bytes = ByteBuffer.allocate(8 + json.length + 1).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    var source = new MemorySource(bytes.array(), "m.safetensors");
    var refusal =
        assertThrows(
            MalformedCheckpointException.class,
            () -> SafetensorsFile.open(source, Guard.standard()));
    assertTrue(refusal.getMessage().contains("has the key 'a' twice"), refusal.getMessage());
  }

  private static Guard guard(long heap) {
    return new Guard(
        new ReadPolicy(Limits.STANDARD.with(Limit.HEAP_BYTES, heap), UnknownGlobals.KEEP, true));
  }

  private static MemorySource file() {
    var specs =
        IntStream.range(0, TENSORS)
            .mapToObj(n -> new TensorSpec("t." + n, DType.UINT8, Shape.of(2, 3)))
            .toList();
    byte[] head = SafetensorsLayout.of(specs, "m.safetensors").head();
    byte[] all = new byte[head.length + TENSORS * 6];
    System.arraycopy(head, 0, all, 0, head.length);
    return new MemorySource(all, "m.safetensors");
  }
}
