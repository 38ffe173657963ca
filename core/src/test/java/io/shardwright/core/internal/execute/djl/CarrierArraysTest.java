package io.shardwright.core.internal.execute.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.core.internal.execute.djl.CarrierArrays.Array;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What DJL would misread. */
@Tag("natives")
class CarrierArraysTest {
  @Test
  void aBufferCountsFromItsPosition() {
    try (var arrays = Torch.arrays()) {
      ByteBuffer source = ByteBuffer.allocateDirect(8).put(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
      ByteBuffer target = ByteBuffer.allocateDirect(8);
      Array tile = arrays.zeros(Carrier.HALF, 2);
      var all = new Nest(0, List.of(2L), List.of(1L));
      arrays.spread(arrays.over(source.position(2).limit(6), Carrier.HALF), 0, all, tile);
      arrays.gather(tile, all, arrays.over(target.position(4), Carrier.HALF), 0);
      assertEquals(ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 3, 4, 5, 6}), target.rewind());
    }
  }

  @Test
  void aBufferThatDoesNotFitIsRefused() {
    try (var arrays = Torch.arrays()) {
      ByteBuffer odd = ByteBuffer.allocateDirect(3);
      assertThrows(IllegalArgumentException.class, () -> arrays.over(odd, Carrier.HALF));
      ByteBuffer heap = ByteBuffer.allocate(4);
      assertThrows(IllegalArgumentException.class, () -> arrays.over(heap, Carrier.HALF));
    }
  }

  /** DJL multiplies in 32 bits: 2^29 elements of eight bytes would pass as none. */
  @Test
  void noArrayIsLargerThanATileMayBe() {
    try (var arrays = Torch.arrays()) {
      for (Carrier carrier : Carrier.values()) {
        long most = CarrierArrays.MOST_BYTES / carrier.byteSize();
        for (long elements : new long[] {most + 1, 1L << 31, 1L << 61, -1}) {
          assertThrows(IllegalArgumentException.class, () -> arrays.any(carrier, elements));
        }
      }
    }
  }

  @Test
  void placesOutsideOfATileAreAnErrorAndNoCrash() {
    try (var arrays = Torch.arrays()) {
      Array tile = arrays.zeros(Carrier.WORD, 4);
      Array packed = arrays.over(ByteBuffer.allocateDirect(16), Carrier.WORD);
      var outside = new Nest(2, List.of(2L, 2L), List.of(2L, 1L));
      assertThrows(RuntimeException.class, () -> arrays.spread(packed, 0, outside, tile));
      var inside = new Nest(0, List.of(4L), List.of(1L));
      assertThrows(RuntimeException.class, () -> arrays.gather(tile, inside, packed, 1));
    }
  }
}
