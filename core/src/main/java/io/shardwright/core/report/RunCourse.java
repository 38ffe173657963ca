package io.shardwright.core.report;

import io.shardwright.core.ProgressListener.Phase;
import java.util.List;
import java.util.OptionalLong;

/**
 * How a run went: how far it was and what memory it had, over time.
 *
 * @param samples in order of time
 */
public record RunCourse(List<Sample> samples) {
  /** Nothing was recorded. */
  public static final RunCourse NONE = new RunCourse(List.of());

  /**
   * Copies the samples.
   *
   * @param samples see the record
   */
  public RunCourse {
    samples = List.copyOf(samples);
  }

  /**
   * A moment.
   *
   * @param phase what was being done
   * @param nanos since the first sample
   * @param done bytes so far in this phase
   * @param total bytes of this phase
   * @param heap bytes of Java objects, garbage among them
   * @param direct bytes of buffers outside the heap
   * @param resident bytes of the process in memory; empty where the system doesn't tell
   */
  public record Sample(
      Phase phase,
      long nanos,
      long done,
      long total,
      long heap,
      long direct,
      OptionalLong resident) {}

  /**
   * The most memory that the process was seen with.
   *
   * @return resident bytes where known, else heap and buffers together; empty without samples
   */
  public OptionalLong peakMemory() {
    return samples.stream()
        .mapToLong(s -> s.resident().orElse(Math.addExact(s.heap(), s.direct())))
        .max();
  }
}
