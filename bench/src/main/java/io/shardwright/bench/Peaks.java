package io.shardwright.bench;

import io.shardwright.bench.measure.Reading;
import io.shardwright.bench.measure.Spread;
import io.shardwright.bench.report.Figure;
import io.shardwright.bench.report.Group;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Figures of memory. */
final class Peaks {
  private static final double MEGABYTE = 1e6;

  /** What any run may take. */
  static final double MOST = 400;

  /** What the plan of any model may take: 256 MiB. */
  static final double PLANNED = 268;

  private Peaks() {}

  static Figure figure(String id, String what, Stream<Reading> readings) {
    return figure(id, what, MOST, readings);
  }

  static Figure figure(String id, String what, double most, Stream<Reading> readings) {
    var peaks = readings.map(reading -> reading.peakBytes() / MEGABYTE).toList();
    return new Figure(
        Group.MEMORY,
        id,
        what,
        Spread.of(peaks),
        OptionalDouble.of(most),
        peaks.size() + (peaks.size() == 1 ? " run" : " runs"));
  }
}
