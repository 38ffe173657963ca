package io.shardwright.remote;

import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;

/** A range of an object in memory, or on its way there; {@link Fetching} guards what changes. */
final class Extent {
  final long start;
  final int length;
  final ByteBuffer bytes;
  final CompletableFuture<Void> done = new CompletableFuture<>();
  private final NavigableMap<Long, Extent> object;
  int readers;
  long read;
  boolean used;

  /** With a buffer of at least that length. */
  Extent(NavigableMap<Long, Extent> object, long start, int length, ByteBuffer bytes) {
    this.object = object;
    this.start = start;
    this.length = length;
    this.bytes = bytes;
    object.put(start, this);
  }

  long end() {
    return start + length;
  }

  /** Whether nobody needs it at the moment. */
  boolean idle() {
    return done.isDone() && readers == 0;
  }

  boolean isOf(NavigableMap<Long, Extent> map) {
    return object == map;
  }

  void forget() {
    object.remove(start, this);
  }

  int copy(ByteBuffer target, long from) {
    int at = (int) (from - start);
    int count = Math.min(target.remaining(), length - at);
    target.put(bytes.duplicate().limit(at + count).position(at));
    return count;
  }
}
