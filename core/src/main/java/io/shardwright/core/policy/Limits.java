package io.shardwright.core.policy;

import java.util.EnumMap;
import java.util.Map;

/** A value for every {@link Limit}: the default, or one that was given. Immutable. */
public final class Limits {
  /** Stands for a default that depends on the machine's memory or disk. */
  public static final long OF_THE_MACHINE = -1;

  /** The defaults. */
  public static final Limits STANDARD = new Limits(Map.of());

  private final Map<Limit, Long> given;

  private Limits(Map<Limit, Long> given) {
    this.given = given;
  }

  /**
   * Returns the value of a limit.
   *
   * @param limit the limit
   * @return a number of its unit; {@link #OF_THE_MACHINE} if none was given and the default depends
   *     on memory or disk
   */
  public long get(Limit limit) {
    return given.getOrDefault(limit, limit.standard());
  }

  /**
   * Returns a copy with another value of one limit.
   *
   * @param limit the limit to change
   * @param value a number of the limit's unit, from 0 to {@link Limit#highest}
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
