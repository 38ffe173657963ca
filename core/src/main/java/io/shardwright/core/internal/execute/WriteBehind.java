package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;

/**
 * Forces files to disk while more is written, if they are to be forced in the end, so that little
 * is left to wait for. It asks for a thread each time, so that none is kept from the workers.
 */
final class WriteBehind implements OutputFiles, AutoCloseable {
  /** Each time ends with the disk emptying its own cache. */
  private static final long AT_ONCE = 32 << 20;

  private final OutputFiles files;
  private final Workers workers;
  private long waiting;
  private boolean asked;
  private boolean forcing;
  private boolean done;

  /**
   * Files to be closed when all is written.
   *
   * @param workers give the thread, soon or late or not at all
   */
  WriteBehind(OutputFiles files, Workers workers) {
    this.files = files;
    this.workers = workers;
  }

  private void add(long bytes) {
    if (files.durable() && due(bytes) && !workers.beside(this::forceNow)) {
      end();
    }
  }

  private synchronized boolean due(long bytes) {
    waiting += bytes;
    if (waiting < AT_ONCE || asked) {
      return false;
    }
    waiting = 0;
    asked = true;
    return true;
  }

  private void forceNow() {
    if (begin()) {
      try {
        files.force();
      } finally {
        end();
      }
    }
  }

  private synchronized boolean begin() {
    forcing = !done;
    return forcing;
  }

  private synchronized void end() {
    forcing = false;
    asked = false;
    notifyAll();
  }

  @Override
  public void write(ByteBuffer bytes, Place place) {
    int count = bytes.remaining();
    files.write(bytes, place);
    add(count);
  }

  @Override
  public boolean transfer(ByteSource source, long position, long bytes, Place place) {
    boolean moved = files.transfer(source, position, bytes, place);
    if (moved) {
      add(bytes);
    }
    return moved;
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    files.read(bytes, place);
  }

  /** Nothing is forced any more. */
  @Override
  public synchronized void close() {
    done = true;
    boolean interrupted = false;
    while (forcing) {
      try {
        wait();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
