package io.shardwright.remote;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The memory and the threads that all objects of a file system share, and what is expected to be
 * read of them, in that order. What was read to its end gives way first, then what nobody has asked
 * for longest. It is the lock of all of it.
 */
final class Fetching {
  /** The longest range that is fetched in one request. */
  static final int BLOCK = 8 << 20;

  /** Longer ranges are fetched into blocks that are used again. */
  private static final int SMALL = 1 << 20;

  /** Twelve blocks; fewer where Java has little memory. */
  private static final long MEMORY =
      Math.max(4L * BLOCK, Math.min(12L * BLOCK, Runtime.getRuntime().maxMemory() / 4));

  /** For what is fetched before it is asked for; the rest is for those who wait. */
  private static final long AHEAD = MEMORY / 3 * 2;

  /** Expectations that are remembered. */
  private static final int MOST_COMING = 1 << 12;

  private final int connections;
  private final ExecutorService threads = Executors.newCachedThreadPool(Fetching::thread);
  private final Set<Extent> held = new LinkedHashSet<>();
  private final Deque<ByteBuffer> spare = new ArrayDeque<>();
  private final Deque<Coming> coming = new ArrayDeque<>();
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

  /** A range that will be read. */
  private static final class Coming {
    private final ReadAhead object;
    private final long end;
    private long at;

    Coming(ReadAhead object, long at, long end) {
      this.object = object;
      this.at = at;
      this.end = end;
    }

    boolean passed() {
      at = object.lacking(at, end);
      return at >= end;
    }
  }

  /** Somebody will read a range soon, or goes on with one now. */
  synchronized void expect(ReadAhead object, long from, long end, boolean now) {
    if (now) {
      coming.addFirst(new Coming(object, from, end));
    } else if (coming.size() < MOST_COMING) {
      coming.addLast(new Coming(object, from, end));
    }
    pump();
  }

  /** Fetches what is expected as long as there is room for it. */
  private void pump() {
    while (running < connections && !coming.isEmpty()) {
      Coming next = coming.peekFirst();
      if (next.passed()) {
        coming.pollFirst();
      } else {
        if (next.object.fetch(next.at, next.end - next.at, true).isEmpty()) {
          return;
        }
      }
    }
  }

  /** A range's place in memory, if there is room now. */
  Optional<Extent> place(NavigableMap<Long, Extent> object, long start, int length, boolean ahead) {
    long most = ahead ? AHEAD : MEMORY;
    drop(length, most, true);
    if (!ahead) {
      drop(length, most, false);
    }
    if (taken + room(length) > most) {
      return Optional.empty();
    }
    taken += room(length);
    var extent = new Extent(object, start, length, buffer(length));
    held.add(extent);
    return Optional.of(extent);
  }

  private void drop(int length, long most, boolean usedAlone) {
    for (Iterator<Extent> each = held.iterator(); taken + room(length) > most && each.hasNext(); ) {
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
    running++;
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
      coming.removeIf(each -> each.object.holds(extent));
    }
    pump();
    notifyAll();
  }

  /** Somebody reads it now. */
  synchronized void begin(Extent extent) {
    extent.readers++;
    held.remove(extent);
    held.add(extent);
  }

  /** Somebody has read so many bytes of it, each of which is wanted once. */
  synchronized void finish(Extent extent, int count) {
    extent.readers--;
    extent.read += count;
    extent.used |= extent.read >= extent.length;
    pump();
    notifyAll();
  }

  /** An object was closed: nobody will read these. */
  synchronized void close(ReadAhead object, Collection<Extent> extents) {
    coming.removeIf(each -> each.object == object);
    extents.forEach(extent -> extent.used = true);
  }
}
