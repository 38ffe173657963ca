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

  private final RangeReader reader;
  private final Retries retries;
  private final Fetching fetching;
  private final NavigableMap<Long, Extent> extents = new TreeMap<>();

  /** What was said to be read, and was not fetched yet. */
  private final Ranges expected = new Ranges();

  private boolean told;

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
    int count = 0;
    try {
      await(extent);
      count = extent.copy(target, position);
      return count;
    } finally {
      fetching.finish(extent, count);
    }
  }

  /** As {@link io.shardwright.spi.channel.PositionalChannel#expect}. */
  void expect(long position, long length) {
    long end = Math.min(size(), position + length);
    if (end <= position) {
      return;
    }
    synchronized (fetching) {
      told = true;
      expected.add(position, end);
      fetching.expect(this, position, end, false);
    }
  }

  /** The extent that holds a position, which the caller reads. */
  private Extent claim(long position, int asked) {
    synchronized (fetching) {
      Optional<Extent> found = find(position);
      while (found.isEmpty()) {
        found = fetch(position, wanted(position, asked), false);
        if (found.isEmpty()) {
          pause();
          found = find(position);
        }
      }
      Extent extent = found.get();
      fetching.begin(extent);
      long end = Math.min(size(), position + asked);
      if (end > extent.end()) {
        expected.add(extent.end(), end);
        extents.subMap(extent.end(), end).values().forEach(e -> expected.remove(e.start, e.end()));
        fetching.expect(this, extent.end(), end, true);
      }
      return extent;
    }
  }

  /** Whether an extent is a part of this object. */
  boolean holds(Extent extent) {
    return extent.isOf(extents);
  }

  private void pause() {
    try {
      fetching.wait();
    } catch (InterruptedException cancel) {
      throw interrupted();
    }
  }

  /** What is there, or on its way, of a position. */
  Optional<Extent> find(long position) {
    return Optional.ofNullable(extents.floorEntry(position))
        .map(Map.Entry::getValue)
        .filter(extent -> position < extent.end());
  }

  /** How many bytes to fetch from a position on. */
  private long wanted(long position, int asked) {
    var before = Optional.ofNullable(extents.lowerEntry(position)).map(Map.Entry::getValue);
    long last = before.filter(extent -> extent.end() == position).map(e -> e.length).orElse(0);
    return Math.max(
        asked, Math.min(told ? UNEXPECTED : Fetching.BLOCK, Math.max(START, 2L * last)));
  }

  /** The first position of a range that is expected and not fetched; its end where none is. */
  long lacking(long from, long end) {
    return expected.next(from, end);
  }

  /** Fetches a block of what is wanted and what is expected behind it, up to what is there. */
  Optional<Extent> fetch(long start, long wanted, boolean ahead) {
    long end = Math.max(start + wanted, expected.end(start));
    end = Math.min(Math.min(size(), end), start + Fetching.BLOCK);
    Long next = extents.higherKey(start);
    end = next == null ? end : Math.min(end, next);
    var placed = fetching.place(extents, start, (int) (end - start), ahead);
    placed.ifPresent(
        extent -> {
          expected.remove(extent.start, extent.end());
          fetching.start(extent, () -> fetch(extent));
        });
    return placed;
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
    fetching.close(this, extents.values());
    reader.close();
  }
}
