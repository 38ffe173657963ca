package io.shardwright.core.internal.guard;

import io.shardwright.core.policy.Limit;

/** How much more unpacked bytes may be than packed ones. */
public final class InflateRatio {
  private static final long FREE = 256L << 20;

  private InflateRatio() {}

  /**
   * Refuses what expands too much. Up to 256 MiB anything may.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming the limit
   */
  public static void require(long unpacked, long packed, Guard guard, String where) {
    if (unpacked > FREE && guard.limit(Limit.INFLATE_RATIO) > 0) {
      guard.require(Limit.INFLATE_RATIO, unpacked / Math.max(1, packed), where);
    }
  }
}
