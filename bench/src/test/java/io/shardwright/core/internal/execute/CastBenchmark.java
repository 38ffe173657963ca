package io.shardwright.core.internal.execute;

import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A cast of a mebibyte of weights; operations a second are MiB/s of the source. */
@State(Scope.Thread)
public class CastBenchmark {
  private static final int BYTES = 1 << 20;

  /** From what to what. */
  public enum Types {
    BF16_TO_FP16(DType.BFLOAT16, DType.FLOAT16),
    BF16_TO_FP32(DType.BFLOAT16, DType.FLOAT32),
    FP16_TO_BF16(DType.FLOAT16, DType.BFLOAT16),
    FP16_TO_FP32(DType.FLOAT16, DType.FLOAT32),
    FP32_TO_BF16(DType.FLOAT32, DType.BFLOAT16),
    FP32_TO_FP16(DType.FLOAT32, DType.FLOAT16);

    private final DType from;
    private final DType to;

    Types(DType from, DType to) {
      this.from = from;
      this.to = to;
    }
  }

  @Param Types types;

  private Tile source;

  /** Fills the source with normal numbers. */
  @Setup
  public void fill() {
    var random = new Random(1);
    int elements = BYTES / types.from.byteSize();
    var wide = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    while (wide.hasRemaining()) {
      wide.putFloat((float) random.nextGaussian() / 32);
    }
    var all = new BlockSpans();
    all.whole(wide.capacity());
    Tile tile = new JvmBackend(2 * BYTES).tile();
    tile.hold(DType.FLOAT32, elements);
    tile.spread(tile.room(all, 0, 1, wide).put(wide.flip()).flip(), all, 0, 1);
    source = tile.as(types.from, 0);
  }

  /** Casts. */
  @Benchmark
  public Tile cast() {
    return source.as(types.to, 0);
  }
}
