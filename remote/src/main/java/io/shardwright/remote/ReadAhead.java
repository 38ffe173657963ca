package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/**
 * Reads an object in ranges that are larger than what is asked for, several at a time, and keeps
 * them until they are used. What somebody said to expect is fetched in whole blocks. All else
 * begins small, since most of it is headers, and grows while it goes on from front to back.
 */
final class ReadAhead {
  private static final int START = 64 << 10;

  /** Of what nobody said to expect, the longest range beside what was expected. */
  private static final int UNEXPECTED = 1 << 20;

  /** Expectations that are remembered. */
  private static final int MOST = 1 << 12;

  private final RangeReader reader;
  private final Retries retries;
  private final Fetching fetching;
  private final NavigableMap<Long, Extent> extents = new TreeMap<>();
  private final NavigableMap<Long, Long> expected = new TreeMap<>();

  ReadAhead(RangeReader reader, Retries retries, Fetching fetching) {
    this.reader = reader;
    this.retries = retries;
    this.fetching = fetching;
  }

  long size() {
    return reader.size();
  }

  Optional<String> sha256() {
    return reader.sha256();
  }

  /** As {@link io.shardwright.spi.channel.PositionalChannel#read(ByteBuffer, long)}. */
  int read(ByteBuffer target, long position) {
    if (position >= size()) {
      return -1;
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    Extent extent = claim(position, target.remaining());
    boolean used = false;
    try {
      await(extent);
      int count = extent.copy(target, position);
      used = position + count == extent.end();
      return count;
    } finally {
      fetching.finish(extent, used);
    }
  }

  /** As {@link io.shardwright.spi.channel.PositionalChannel#expect}. */
  void expect(long position, long length) {
    synchronized (fetching) {
      long end = Math.min(size(), position + length);
      if (end > position) {
        expected.merge(position, end, Math::max);
      }
      while (expected.size() > MOST) {
        expected.pollFirstEntry();
      }
    }
  }

  /** The extent that holds a position, which the caller reads; what comes next is on its way. */
  private Extent claim(long position, int wanted) {
    synchronized (fetching) {
      Optional<Extent> found = find(position);
      while (found.isEmpty()) {
        found = fetch(position, wanted(position, wanted), false);
        if (found.isEmpty()) {
          pause();
          found = find(position);
        }
      }
      fetching.begin(found.get());
      ahead(found.get(), position + wanted);
      return found.get();
    }
  }

  private void pause() {
    try {
      fetching.wait();
    } catch (InterruptedException cancel) {
      throw interrupted();
    }
  }

  private Optional<Extent> find(long position) {
    return Optional.ofNullable(extents.floorEntry(position))
        .map(Map.Entry::getValue)
        .filter(extent -> position < extent.end());
  }

  /** How many bytes to fetch from a position on. */
  private long wanted(long position, int asked) {
    long coming = expectedEnd(position) - position;
    var before = Optional.ofNullable(extents.lowerEntry(position)).map(Map.Entry::getValue);
    long last = before.filter(extent -> extent.end() == position).map(e -> e.length).orElse(0);
    long grown =
        Math.min(expected.isEmpty() ? Fetching.BLOCK : UNEXPECTED, Math.max(START, 2L * last));
    return Math.max(Math.max(asked, grown), coming);
  }

  /** Where the expected range that holds a position ends; the position where none does. */
  private long expectedEnd(long position) {
    var range = expected.floorEntry(position);
    return range == null ? position : Math.max(position, range.getValue());
  }

  /** Fetches a block of what is wanted, up to what is there already. */
  private Optional<Extent> fetch(long start, long wanted, boolean ahead) {
    long end = Math.min(size(), start + Math.min(wanted, Fetching.BLOCK));
    Long next = extents.higherKey(start);
    end = next == null ? end : Math.min(end, next);
    var placed = fetching.place(extents, start, (int) (end - start), ahead);
    placed.ifPresent(extent -> fetching.start(extent, () -> fetch(extent)));
    return placed;
  }

  private void ahead(Extent from, long asked) {
    long at = from.end();
    for (int more = 1; more < fetching.connections(); more++) {
      long end = Math.min(size(), Math.max(asked, expectedEnd(at)));
      Optional<Extent> next = find(at);
      if (next.isEmpty()) {
        next =
            at < end
                ? fetch(at, wanted(at, (int) Math.min(end - at, Fetching.BLOCK)), true)
                : Optional.empty();
      }
      if (next.isEmpty()) {
        return;
      }
      at = next.get().end();
    }
  }

  private void fetch(Extent extent) {
    ByteBuffer into = extent.bytes.duplicate().clear().limit(extent.length);
    int[] before = {0};
    retries.run(
        reader.where(),
        () -> {
          before[0] = into.position();
          reader.read(extent.start + into.position(), into);
          Retries.requireFull(into);
          return into;
        },
        () -> into.position() > before[0]);
  }

  private void await(Extent extent) {
    try {
      extent.done.get();
    } catch (InterruptedException cancel) {
      throw interrupted();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof CheckpointException known) {
        throw known;
      }
      throw new IllegalStateException(failure.getCause());
    }
  }

  private CheckpointIoException interrupted() {
    Thread.currentThread().interrupt();
    return new CheckpointIoException(ErrorCode.INTERRUPTED, reader.where(), "interrupted");
  }

  void close() {
    fetching.close(extents.values());
    reader.close();
  }
}
