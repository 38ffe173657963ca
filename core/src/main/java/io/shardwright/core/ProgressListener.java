package io.shardwright.core;

/** Receives the progress of a run. It is called from worker threads, one call at a time. */
@FunctionalInterface
public interface ProgressListener {
  /** A listener that does nothing. */
  ProgressListener SILENT = (phase, done, total) -> {};

  /** The phases of a run. */
  enum Phase {
    /** Reading the source and writing the target. */
    COPY,
    /** Re-reading the target. */
    VERIFY
  }

  /**
   * Called when further bytes are done.
   *
   * @param phase the phase that the run is in
   * @param done number of bytes that this phase has processed so far
   * @param total number of bytes that this phase will process
   */
  void advanced(Phase phase, long done, long total);
}
