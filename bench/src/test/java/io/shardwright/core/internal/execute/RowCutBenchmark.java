package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.View;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A mebibyte of a matrix whose rows are cut for eight ranks; operations a second are MiB/s, all
 * ranks together. With the launcher's compiler for conversions without arithmetic.
 */
@State(Scope.Thread)
@Fork(jvmArgsAppend = "-XX:TieredStopAtLevel=1")
public class RowCutBenchmark {
  private static final int BYTES = 1 << 20;
  private static final int RANKS = 8;

  @Param({"2048", "8192"})
  long columns;

  private final Tile tile = new JvmBackend(BYTES).tile();
  private final ByteBuffer[] packed = new ByteBuffer[RANKS];
  private final BlockSpans[] spans = new BlockSpans[RANKS];
  private final Spans[] runs = new Spans[RANKS];
  private long elements;

  /** Finds every rank's pieces, and fills the block. */
  @Setup
  public void fill() {
    elements = BYTES / DType.BFLOAT16.byteSize();
    Shape whole = Shape.of(elements / columns, columns);
    long width = columns / RANKS;
    for (int rank = 0; rank < RANKS; rank++) {
      var box = new Region(List.of(0L, rank * width), Shape.of(whole.dim(0), width));
      runs[rank] = new Spans(new View(box, 0, List.of(width, 1L)), whole);
      spans[rank] = new BlockSpans();
      packed[rank] = ByteBuffer.allocateDirect(BYTES / RANKS);
    }
    find();
    put();
  }

  private void put() {
    byte[] bytes = new byte[BYTES];
    new Random(1).nextBytes(bytes);
    var all = new BlockSpans();
    all.whole(BYTES);
    tile.hold(DType.BFLOAT16, (int) elements);
    tile.spread(tile.room(all, 0, 1, packed[0]).put(bytes).flip(), all, 0, 1);
  }

  /** All that the block holds. */
  ByteBuffer block() {
    var all = new BlockSpans();
    all.whole(BYTES);
    return tile.gather(all, 0, 1, packed[0]);
  }

  /** Finds where the pieces are. */
  @Benchmark
  public BlockSpans[] find() {
    for (int rank = 0; rank < RANKS; rank++) {
      spans[rank].take(runs[rank], 0, elements, DType.BFLOAT16.byteSize());
    }
    return spans;
  }

  /** Collects each rank's pieces, as the cut does. */
  @Benchmark
  public ByteBuffer[] gather() {
    for (int rank = 0; rank < RANKS; rank++) {
      tile.gather(spans[rank], 0, spans[rank].count(), packed[rank]);
    }
    return packed;
  }

  /** Puts each rank's pieces where they belong, as the merge does. */
  @Benchmark
  public Tile spread() {
    for (int rank = 0; rank < RANKS; rank++) {
      tile.spread(packed[rank], spans[rank], 0, spans[rank].count());
    }
    return tile;
  }

  /** Forgets what the block held. */
  void clear() {
    tile.clear();
  }
}
