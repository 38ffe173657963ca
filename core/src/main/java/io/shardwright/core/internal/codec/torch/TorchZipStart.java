package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import java.nio.ByteBuffer;

/** The first bytes of a zip. */
final class TorchZipStart {
  private static final int MAGIC = 0x504b0304;

  private TorchZipStart() {}

  static boolean recognizes(ByteSource source) {
    if (source.size() < Integer.BYTES) {
      return false;
    }
    var start = ByteBuffer.allocate(Integer.BYTES);
    source.readFully(start, 0);
    return start.getInt(0) == MAGIC;
  }
}
