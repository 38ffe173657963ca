package io.shardwright.core.internal.codec.tar;

import java.util.stream.LongStream;

/** From which byte of a packed file each unpacked one comes, about. */
final class PackedOffsets {
  private static final long STEP = 1 << 18;

  private final LongStream.Builder found = LongStream.builder().add(0);
  private long next = STEP;
  private long size;
  private long[] steps;

  /** Tells how far unpacking has come. */
  void reached(long unpacked, long packed) {
    for (size = unpacked; next <= unpacked; next += STEP) {
      found.add(packed);
    }
  }

  /** Tells how long the packed file is. */
  PackedOffsets ended(long packed) {
    steps = found.add(packed).build().toArray();
    return this;
  }

  /** The packed byte of an unpacked one, or of the end. */
  long of(long unpacked) {
    if (unpacked >= size) {
      return steps[steps.length - 1];
    }
    int step = (int) (unpacked / STEP);
    long length = Math.min(STEP, size - step * STEP);
    return steps[step] + (steps[step + 1] - steps[step]) * (unpacked % STEP) / length;
  }
}
