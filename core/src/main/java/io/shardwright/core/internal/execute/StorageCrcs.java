package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Compares what was read with the checksums that the files state. Several steps may read a storage;
 * it is compared as soon as all of it has been read.
 */
final class StorageCrcs {
  private record Read(SourceTensor tensor, CrcRanges ranges) {}

  private final Map<ByteSource, Read> incomplete = new LinkedHashMap<>();

  /**
   * Takes what was read of a storage.
   *
   * @throws MalformedCheckpointException if that completes it and it is damaged
   */
  synchronized void add(SourceTensor tensor, CrcRanges read) {
    var known =
        incomplete.computeIfAbsent(tensor.storage(), s -> new Read(tensor, new CrcRanges()));
    known.ranges().addAll(read);
    OptionalLong found = known.ranges().whole(tensor.storage().size());
    if (found.isPresent()) {
      incomplete.remove(tensor.storage());
      require(tensor, found.getAsLong());
    }
  }

  /** Whether all of a storage has passed and was right. */
  synchronized boolean complete(SourceTensor tensor) {
    return !incomplete.containsKey(tensor.storage());
  }

  /** Takes a storage of which nothing was read. */
  synchronized void expect(SourceTensor tensor) {
    incomplete.computeIfAbsent(tensor.storage(), s -> new Read(tensor, new CrcRanges()));
  }

  /** What is yet to be checked, and what has passed of it. */
  synchronized Map<SourceTensor, CrcRanges> incomplete() {
    var read = new LinkedHashMap<SourceTensor, CrcRanges>();
    incomplete.values().forEach(each -> read.put(each.tensor(), each.ranges()));
    return read;
  }

  /** Reads what did not pass exactly once: storages of which the target needs a part. */
  synchronized void requireRest(ByteBuffer buffer) {
    incomplete.values().forEach(read -> requireIntact(read.tensor(), buffer));
    incomplete.clear();
  }

  /**
   * Reads a storage and compares it with the checksum that its file states.
   *
   * @throws MalformedCheckpointException naming the damaged storage
   */
  static void requireIntact(SourceTensor tensor, ByteBuffer buffer) {
    require(tensor, ContentHash.crc(tensor.storage(), buffer));
  }

  private static void require(SourceTensor tensor, long found) {
    if (tensor.storageCrc().isPresent() && found != tensor.storageCrc().getAsLong()) {
      throw new MalformedCheckpointException(
          ErrorCode.CHECKSUM_MISMATCH,
          tensor.storage().name(),
          "the bytes of '"
              + tensor.spec().name()
              + "' do not have the CRC-32 that the file states:"
              + " the file is damaged, fetch it again");
    }
  }
}
