package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;

/** Tells a file that was written to its end from one that was not. */
public final class ZipCheck {
  private ZipCheck() {}

  /**
   * Reads the directory at the end and nothing else.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if there is none
   */
  public static void require(ByteSource file, Guard guard) {
    ZipIndex.read(file, guard);
  }
}
