package io.shardwright.bench.report;

import io.shardwright.bench.measure.Spread;
import java.util.OptionalDouble;

/**
 * Something measured.
 *
 * @param id of the case, which repeats it
 * @param what in words
 * @param spread in the group's unit
 * @param limit that it may not exceed
 * @param detail what it was computed from
 */
public record Figure(
    Group group, String id, String what, Spread spread, OptionalDouble limit, String detail) {
  /** The same, computed from something else. */
  public Figure with(String otherDetail) {
    return new Figure(group, id, what, spread, limit, otherDetail);
  }

  /** The same, where nothing is asked of it. */
  public Figure withoutLimit() {
    return new Figure(group, id, what, spread, OptionalDouble.empty(), detail);
  }

  /** Whether it keeps its limit; as true as the median. */
  public boolean holds() {
    return limit.isEmpty() || spread.median() <= limit.getAsDouble();
  }
}
