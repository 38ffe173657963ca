package io.shardwright.core;

/** Told how far a run has come. Called from worker threads, one call at a time. */
@FunctionalInterface
public interface ProgressListener {
  /** A listener that does nothing. */
  ProgressListener SILENT = (phase, done, total) -> {};

  /** What a run is doing. */
  enum Phase {
    /** Reading the source and writing the target. */
    COPY,
    /** Re-reading the target. */
    VERIFY
  }

  /**
   * Some bytes are done.
   *
   * @param phase what is being done
   * @param done bytes so far in this phase
   * @param total bytes of this phase
   */
  void advanced(Phase phase, long done, long total);
}
