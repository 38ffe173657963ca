package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;

/** What one thread keeps from task to task. */
final class Lane {
  private final TensorBackend backend;
  private final Slab slab;
  private long otherBytes;
  private CastLosses forgiven = CastLosses.NONE;

  Lane(TensorBackend backend) {
    this.backend = backend;
    this.slab = new Slab(backend);
  }

  Slab slab() {
    return slab;
  }

  int tileBytes() {
    return backend.tileBytes();
  }

  int runBytes() {
    return backend.runBytes();
  }

  /** Sums in the type that was added to. What rounding them changes is no loss of a cast. */
  Slab rounded(Slab sums, DType to) {
    CastLosses before = backend.losses();
    Slab rounded = sums.as(to, 0);
    forgiven = forgiven.plus(backend.losses().minus(before).finite());
    return rounded;
  }

  /** Whether a replica is equal to what the slab holds. What casting it changes is no loss. */
  boolean holds(SourcePart replica, Runs runs, RunningCrc crc) {
    CastLosses before = backend.losses();
    boolean held = slab.holds(replica, runs, crc);
    forgiven = forgiven.plus(backend.losses().minus(before));
    return held;
  }

  /** Reads a target's tensor back where its checksum did not come about on the way. */
  long crc(OutputFiles files, Place place, long size) {
    var crc = new java.util.zip.CRC32();
    ByteBuffer buffer = slab.scratch();
    for (long at = 0; at < size; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
      files.read(buffer, new Place(place.file(), place.offset() + at));
      crc.update(buffer.flip());
      buffer.flip();
    }
    return crc.getValue();
  }

  /** Counts what was read around the slab. */
  void read(long bytes) {
    otherBytes += bytes;
  }

  long bytesRead() {
    return slab.bytesRead() + otherBytes;
  }

  CastLosses losses() {
    return backend.losses().minus(forgiven);
  }

  void close() {
    backend.close();
  }
}
