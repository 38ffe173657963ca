package io.shardwright.remote;

import java.time.Duration;

/**
 * How slow a store may be before a request counts as failed. A server that takes no bytes would
 * otherwise hold a writer for good: sockets limit the time of reads alone.
 *
 * @param silence how long it may say nothing
 * @param slowest bytes in a second that it takes at least
 */
record Pace(Duration silence, long slowest) {
  private static final long USUAL = 32 << 10;

  static Pace of(Duration silence) {
    return new Pace(silence, USUAL);
  }

  /** The time for a request that sends bytes. */
  Duration of(long bytes) {
    return silence.plusSeconds(bytes / slowest);
  }
}
