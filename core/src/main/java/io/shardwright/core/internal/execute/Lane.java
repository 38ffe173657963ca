package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** The backend and the block that one thread keeps from task to task. */
final class Lane {
  private final TensorBackend backend;
  private final Block block;
  private long otherBytes;
  private CastLosses forgiven = CastLosses.NONE;

  Lane(TensorBackend backend) {
    this.backend = backend;
    this.block = new Block(backend);
  }

  Block block() {
    return block;
  }

  int tileBytes() {
    return backend.tileBytes();
  }

  int spanBytes() {
    return backend.spanBytes();
  }

  /** Sums in the type that was added to. What rounding them changes is no loss of a cast. */
  Block rounded(Block sums, DType to) {
    CastLosses before = backend.losses();
    Block rounded = sums.as(to, 0);
    forgiven = forgiven.plus(backend.losses().minus(before).finite());
    return rounded;
  }

  /** Whether a replica is what the block holds. What casting it changes is no loss. */
  boolean holds(SourcePart replica, boolean rounded, Spans spans, RunningCrc crc) {
    CastLosses before = backend.losses();
    boolean held = rounded ? block.roundsTo(replica, spans, crc) : block.holds(replica, spans, crc);
    forgiven = forgiven.plus(backend.losses().minus(before));
    return held;
  }

  /** Reads a target's tensor back where its checksum did not come about on the way. */
  long crc(OutputFiles files, Place place, long size) {
    var crc = new CRC32();
    ByteBuffer buffer = block.scratch();
    for (long at = 0; at < size; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), size - at));
      files.read(buffer, new Place(place.file(), place.offset() + at));
      crc.update(buffer.flip());
      buffer.flip();
    }
    return crc.getValue();
  }

  /** Hands all of a member's bytes on, through the block's memory; gives their CRC-32. */
  long carry(ByteSource member, ByteSource.Reader reader) {
    var crc = new CRC32();
    member.readAll(
        block.scratch(),
        (bytes, at) -> {
          crc.update(bytes.duplicate());
          reader.take(bytes, at);
        });
    read(member.size());
    return crc.getValue();
  }

  /** Counts what was read around the block. */
  void read(long bytes) {
    otherBytes += bytes;
  }

  long bytesRead() {
    return block.bytesRead() + otherBytes;
  }

  CastLosses losses() {
    return backend.losses().minus(forgiven);
  }

  void close() {
    backend.close();
  }
}
