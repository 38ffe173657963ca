package io.shardwright.core.report;

import io.shardwright.core.ProgressListener.Phase;
import java.util.List;
import java.util.OptionalLong;

/**
 * The progress and memory use of a run over time.
 *
 * @param samples the samples, in order of time
 */
public record RunCourse(List<Sample> samples) {
  /** The course of a run that was not recorded: no samples. */
  public static final RunCourse NONE = new RunCourse(List.of());

  /**
   * Copies the samples.
   *
   * @param samples copied
   */
  public RunCourse {
    samples = List.copyOf(samples);
  }

  /**
   * The state of a run at one moment.
   *
   * @param phase the phase that the run was in
   * @param nanos nanoseconds since the first sample
   * @param done number of bytes that the phase had processed
   * @param total number of bytes that the phase processes
   * @param heap used bytes of the Java heap, including garbage
   * @param direct bytes of buffers outside the heap
   * @param resident resident set size of the process in bytes; empty if the system does not state
   *     it
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
   * Returns the largest amount of memory that a sample has.
   *
   * @return resident bytes if known, otherwise heap and buffers together; empty without samples
   */
  public OptionalLong peakMemory() {
    return samples.stream()
        .mapToLong(s -> s.resident().orElse(Math.addExact(s.heap(), s.direct())))
        .max();
  }
}
