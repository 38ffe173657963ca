package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/**
 * A CRC-32 taken while bytes pass. Cuts along axis 0 or 1 read and write a tensor front to back;
 * where a rule does not, its bytes are read once more.
 */
final class RunningCrc {
  private final CRC32 crc = new CRC32();
  private long next;
  private boolean inOrder = true;

  void update(ByteBuffer bytes, long offset) {
    inOrder &= offset == next;
    if (inOrder) {
      next += bytes.remaining();
      crc.update(bytes.duplicate());
    }
  }

  /** The value, if all bytes passed in order. */
  OptionalLong complete(long size) {
    return inOrder && next == size ? OptionalLong.of(crc.getValue()) : OptionalLong.empty();
  }

  long value(OutputFiles files, Place place, long size, ByteBuffer scratch) {
    if (complete(size).isPresent()) {
      return crc.getValue();
    }
    crc.reset();
    for (long at = 0; at < size; at += scratch.limit()) {
      scratch.clear().limit((int) Math.min(scratch.capacity(), size - at));
      files.read(scratch, new Place(place.file(), place.offset() + at));
      crc.update(scratch.flip());
    }
    return crc.getValue();
  }
}
