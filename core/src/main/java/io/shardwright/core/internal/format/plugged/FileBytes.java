package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.format.StoredBytes;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What a format is shown of bytes.
 *
 * @param source the bytes, which may have to be unpacked first
 * @param crc the CRC-32 that the file states for them
 */
record FileBytes(String name, long size, Supplier<ByteSource> source, OptionalLong crc, Guard guard)
    implements StoredBytes {
  @Override
  public byte[] read(long offset, long length) {
    if (offset < 0 || length < 0 || length > size - offset) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MALFORMED,
          name,
          "has "
              + size
              + " bytes, expected "
              + length
              + " from byte "
              + offset
              + " on: it is truncated or damaged");
    }
    guard.require(Limit.ARCHIVE_HEADER_BYTES, length, name);
    guard.take(length, name);
    var bytes = ByteBuffer.allocate((int) length);
    source.get().readFully(bytes, offset);
    return bytes.array();
  }
}
