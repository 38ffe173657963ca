package io.shardwright.core.internal.guard;

import io.shardwright.core.policy.Limit;

/** How much more unpacked bytes may be than packed ones, beyond what anything may be. */
public enum InflateRatio {
  /** Pickles, YAML and JSON, which cost work for each byte; real pickles shrink 3 to 8 times. */
  STRUCTURE(4L << 20),
  /** Values, which may be zeros. */
  VALUES(256L << 20);

  private final long free;

  InflateRatio(long free) {
    this.free = free;
  }

  /**
   * Refuses what expands too much.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming the limit
   */
  public void require(long unpacked, long packed, Guard guard, String where) {
    if (unpacked > free && guard.limit(Limit.INFLATE_RATIO) > 0) {
      guard.require(Limit.INFLATE_RATIO, unpacked / Math.max(1, packed), where);
    }
  }
}
