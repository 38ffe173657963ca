package io.shardwright.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A server that asks to be called again later: 429 or 503. */
final class Busy extends IOException {
  private static final long serialVersionUID = 1L;

  /** In seconds; negative where it didn't say. */
  private final long seconds;

  Busy(String message, Optional<Duration> after) {
    super(message);
    seconds = after.map(Duration::toSeconds).orElse(-1L);
  }

  /** How long it asked to wait. */
  Optional<Duration> after() {
    return seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
  }
}
