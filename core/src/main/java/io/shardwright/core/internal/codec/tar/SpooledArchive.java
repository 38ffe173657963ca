package io.shardwright.core.internal.codec.tar;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ReadFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A compressed archive, unpacked to an unlinked temporary file that disappears when the process
 * exits.
 */
public final class SpooledArchive implements ByteSource, AutoCloseable {
  private final FileChannel channel;
  private final ByteSource packed;
  private final GzipMembers.Offsets offsets;
  private final long size;

  SpooledArchive(FileChannel channel, ByteSource packed, GzipMembers.Offsets offsets)
      throws IOException {
    this.channel = channel;
    this.packed = packed;
    this.offsets = offsets;
    size = channel.size();
  }

  @Override
  public String name() {
    return packed.name();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(ByteBuffer target, long position) {
    try {
      return channel.read(target, position);
    } catch (IOException failure) {
      throw ReadFailure.of(name(), "read", failure);
    }
  }

  @Override
  public long packed(long offset, long length) {
    return offsets.of(offset + length) - offsets.of(offset);
  }

  @Override
  public String toString() {
    return "unpacked " + packed;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException failure) {
      throw ReadFailure.of(name(), "closed", failure);
    }
  }
}
