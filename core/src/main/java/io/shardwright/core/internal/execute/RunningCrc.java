package io.shardwright.core.internal.execute;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** A CRC-32 taken while bytes pass, mostly front to back; told as a piece at every jump. */
class RunningCrc {
  /** Where nobody asks. */
  static final RunningCrc UNWANTED =
      new RunningCrc(new CrcPieces()) {
        @Override
        void update(ByteBuffer bytes, long offset) {}

        @Override
        void flush() {}
      };

  private final CrcPieces pieces;
  private final CRC32 crc = new CRC32();
  private long start;
  private long next;

  RunningCrc(CrcPieces pieces) {
    this.pieces = pieces;
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
    pieces.add(start, next - start, crc.getValue());
    start = next;
    crc.reset();
  }
}
