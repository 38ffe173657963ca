package io.shardwright.bench;

import io.shardwright.bench.report.Results;
import java.util.List;

/** Something that is measured, and can be again alone. */
interface Case {
  /** What {@code --only} takes. */
  String id();

  /** What {@code --list} says. */
  String title();

  /** What it works on. */
  List<Input> inputs();

  /** Measures. */
  void measure(Bench bench, Results results);
}
