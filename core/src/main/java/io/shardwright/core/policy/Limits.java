package io.shardwright.core.policy;

import java.util.EnumMap;
import java.util.Map;

/** The limits in force. Immutable. */
public final class Limits {
  /** Stands where a limit follows from the machine's memory or disk. */
  public static final long OF_THE_MACHINE = -1;

  /** The defaults. */
  public static final Limits STANDARD = new Limits(Map.of());

  private final Map<Limit, Long> given;

  private Limits(Map<Limit, Long> given) {
    this.given = given;
  }

  /**
   * One limit.
   *
   * @param limit which
   * @return its number; {@link #OF_THE_MACHINE} where none was given and it depends on memory or
   *     disk
   */
  public long get(Limit limit) {
    return given.getOrDefault(limit, limit.standard());
  }

  /**
   * A copy with another number for one limit.
   *
   * @param limit which
   * @param value from 0 to {@link Limit#highest}
   * @return the copy
   * @throws IllegalArgumentException if the value is out of range
   */
  public Limits with(Limit limit, long value) {
    if (value < 0 || value > limit.highest()) {
      throw new IllegalArgumentException(
          "limit " + limit + " is " + value + ", expected 0 to " + limit.highest());
    }
    var changed = new EnumMap<Limit, Long>(Limit.class);
    changed.putAll(given);
    changed.put(limit, value);
    return new Limits(changed);
  }
}
