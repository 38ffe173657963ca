package io.shardwright.core.internal.execute;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Computes CRC-32s of bytes that pass mostly front to back; at every jump it passes the range so
 * far on.
 */
class RunningCrc {
  /** Where nobody asks. */
  static final RunningCrc UNWANTED =
      new RunningCrc(new CrcRanges()) {
        @Override
        void update(ByteBuffer bytes, long offset) {}

        @Override
        void flush() {}
      };

  private final CrcRanges ranges;
  private final CRC32 crc = new CRC32();
  private long start;
  private long next;

  RunningCrc(CrcRanges ranges) {
    this.ranges = ranges;
  }

  void update(ByteBuffer bytes, long offset) {
    if (offset != next) {
      flush();
      start = offset;
      next = offset;
    }
    next += bytes.remaining();
    crc.update(bytes.duplicate());
  }

  /** Tells what has passed since the last jump. */
  void flush() {
    ranges.add(start, next - start, crc.getValue());
    start = next;
    crc.reset();
  }
}
