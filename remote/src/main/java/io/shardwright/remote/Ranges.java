package io.shardwright.remote;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A set of positions, as ranges that don't touch. */
final class Ranges {
  private final NavigableMap<Long, Long> ends = new TreeMap<>();

  void add(long from, long to) {
    var before = ends.floorEntry(from);
    long start = before != null && before.getValue() >= from ? before.getKey() : from;
    long end = to;
    for (var next = ends.ceilingEntry(start);
        next != null && next.getKey() <= end;
        next = ends.ceilingEntry(start)) {
      end = Math.max(end, next.getValue());
      ends.remove(next.getKey());
    }
    ends.put(start, end);
  }

  void remove(long from, long to) {
    for (var each = ends.lowerEntry(to);
        each != null && each.getValue() > from;
        each = ends.lowerEntry(to)) {
      ends.remove(each.getKey());
      if (each.getValue() > to) {
        ends.put(to, each.getValue());
      }
      if (each.getKey() < from) {
        ends.put(each.getKey(), from);
        return;
      }
    }
  }

  /** Where the range of a position ends; the position itself where it is in none. */
  long end(long position) {
    Map.Entry<Long, Long> range = ends.floorEntry(position);
    return range == null ? position : Math.max(position, range.getValue());
  }

  /** The first position from one on, or a limit. */
  long next(long position, long limit) {
    if (end(position) > position) {
      return position;
    }
    Long start = ends.ceilingKey(position);
    return start == null ? limit : Math.min(start, limit);
  }
}
