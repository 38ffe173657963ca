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
  private static final double MOST = 400;

  private Peaks() {}

  static Figure figure(String id, String what, Stream<Reading> readings) {
    var peaks = readings.map(reading -> reading.peakBytes() / MEGABYTE).toList();
    return new Figure(
        Group.MEMORY,
        id,
        what,
        Spread.of(peaks),
        OptionalDouble.of(MOST),
        peaks.size() + (peaks.size() == 1 ? " run" : " runs"));
  }
}
