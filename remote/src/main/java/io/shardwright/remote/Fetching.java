package io.shardwright.remote;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The memory and the threads that all objects of a file system share. What was read to its end
 * gives way first, then what nobody has asked for longest. It is the lock of all of it.
 */
final class Fetching {
  /** The longest range that is fetched in one request. */
  static final int BLOCK = 8 << 20;

  /** Longer ranges are fetched into blocks that are used again. */
  private static final int SMALL = 1 << 20;

  /** Eight blocks on their way and four that are read. */
  private static final long MEMORY = 12L * BLOCK;

  private final int connections;
  private final ExecutorService threads = Executors.newCachedThreadPool(Fetching::thread);
  private final Set<Extent> held = new LinkedHashSet<>();
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();
  private long taken;
  private int running;

  /** With so many requests at once, but for those that somebody waits for. */
  Fetching(int connections) {
    this.connections = connections;
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "shardwright-fetch");
    thread.setDaemon(true);
    return thread;
  }

  int connections() {
    return connections;
  }

  /** A range's place in memory, if there is room now. */
  synchronized Optional<Extent> place(
      NavigableMap<Long, Extent> object, long start, int length, boolean ahead) {
    if (ahead && running >= connections || !makeRoom(length, ahead)) {
      return Optional.empty();
    }
    taken += room(length);
    var extent = new Extent(object, start, length, buffer(length));
    held.add(extent);
    running++;
    return Optional.of(extent);
  }

  private boolean makeRoom(int length, boolean ahead) {
    drop(length, true);
    if (!ahead) {
      drop(length, false);
    }
    return taken + room(length) <= MEMORY;
  }

  private void drop(int length, boolean usedAlone) {
    for (Iterator<Extent> each = held.iterator();
        taken + room(length) > MEMORY && each.hasNext(); ) {
      Extent extent = each.next();
      if (extent.idle() && (extent.used || !usedAlone)) {
        each.remove();
        reuse(extent);
      }
    }
  }

  private void reuse(Extent extent) {
    extent.forget();
    taken -= room(extent.length);
    if (room(extent.length) == BLOCK) {
      spare.push(extent.bytes);
    }
  }

  private static int room(int length) {
    return length > SMALL ? BLOCK : length;
  }

  private ByteBuffer buffer(int length) {
    if (length <= SMALL) {
      return ByteBuffer.allocate(length);
    }
    return spare.isEmpty() ? ByteBuffer.allocateDirect(BLOCK) : spare.pop();
  }

  /** Fetches what has a place. */
  void start(Extent extent, Runnable fetch) {
    threads.execute(
        () -> {
          try {
            fetch.run();
            end(extent, null);
          } catch (Throwable failure) {
            end(extent, failure);
          }
        });
  }

  private synchronized void end(Extent extent, Throwable failure) {
    running--;
    if (failure == null) {
      extent.done.complete(null);
    } else {
      extent.done.completeExceptionally(failure);
      extent.forget();
      extent.used = true;
    }
    notifyAll();
  }

  /** Somebody reads it now. */
  synchronized void begin(Extent extent) {
    extent.readers++;
    held.remove(extent);
    held.add(extent);
  }

  /** Somebody has read it, up to its end or not. */
  synchronized void finish(Extent extent, boolean used) {
    extent.readers--;
    extent.used |= used;
    notifyAll();
  }

  /** An object was closed: nobody will read these. */
  synchronized void close(Collection<Extent> object) {
    List.copyOf(object).forEach(extent -> extent.used = true);
  }
}
