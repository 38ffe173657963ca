package io.shardwright.core.internal.read;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.internal.execute.Progress;

/** Adds up the bytes of blocks and reports them to a listener, one call at a time. */
public final class PhaseProgress implements Progress {
  private final ProgressListener listener;
  private final ProgressListener.Phase phase;
  private final long total;
  private long done;

  public PhaseProgress(ProgressListener listener, ProgressListener.Phase phase, long total) {
    this.listener = listener;
    this.phase = phase;
    this.total = total;
  }

  @Override
  public synchronized void advance(long bytes) {
    done += bytes;
    listener.advanced(phase, Math.min(done, total), total);
  }
}
