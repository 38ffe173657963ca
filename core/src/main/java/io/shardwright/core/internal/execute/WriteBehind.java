package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.nio.ByteBuffer;

/**
 * Files that are forced to disk while more is written, where they are to be forced in the end: the
 * disk works meanwhile, and little is left to wait for. Without a thread to spare it all waits for
 * the end.
 */
final class WriteBehind implements OutputFiles, AutoCloseable {
  /** Each time ends with the disk emptying its own cache. */
  private static final long AT_ONCE = 32 << 20;

  private final OutputFiles files;
  private long waiting;
  private boolean forcing;
  private boolean done;

  private WriteBehind(OutputFiles files) {
    this.files = files;
  }

  /** Begins, on one of the workers' threads. */
  static WriteBehind start(OutputFiles files, Workers workers) {
    var behind = new WriteBehind(files);
    if (files.durable()) {
      workers.beside(behind::work);
    }
    return behind;
  }

  private void work() {
    while (next()) {
      try {
        files.force();
      } finally {
        end();
      }
    }
  }

  private synchronized boolean next() {
    while (!done && waiting < AT_ONCE) {
      try {
        wait();
      } catch (InterruptedException stop) {
        return false;
      }
    }
    waiting = 0;
    forcing = !done;
    return forcing;
  }

  private synchronized void end() {
    forcing = false;
    notifyAll();
  }

  private synchronized void add(long bytes) {
    waiting += bytes;
    if (waiting >= AT_ONCE) {
      notifyAll();
    }
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
    add(bytes);
    return moved;
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    files.read(bytes, place);
  }

  /** Nothing is being forced any more. */
  @Override
  public synchronized void close() {
    done = true;
    notifyAll();
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
