package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/** The places a logical tensor is read from, and the checksums of what was read there. */
final class SourceViews {
  /** What is done with a view for a slab. */
  interface Action {
    /** Reads or compares what a view has of the slab's range. */
    void on(SourcePart from, Runs runs, RunningCrc crc);
  }

  private final List<SourcePart> views;
  private final List<Runs> runs = new ArrayList<>();
  private final Map<SourceTensor, RunningCrc> crcs = new IdentityHashMap<>();

  SourceViews(List<SourcePart> views, Shape logical) {
    this.views = views;
    for (SourcePart from : views) {
      runs.add(new Runs(from.view(), logical));
      crcs.computeIfAbsent(from.tensor(), tensor -> new RunningCrc());
    }
  }

  void each(Action action) {
    for (int i = 0; i < views.size(); i++) {
      action.on(views.get(i), runs.get(i), crcs.get(views.get(i).tensor()));
    }
  }

  /**
   * Compares what was read with the checksums that the files state. A tensor that is a part of its
   * storage, or was not read front to back, has its storage read once more.
   *
   * @throws MalformedCheckpointException naming the damaged storage
   */
  void requireIntact(ByteBuffer scratch) {
    crcs.forEach(
        (tensor, running) -> {
          OptionalLong stated = tensor.storageCrc();
          if (stated.isPresent()) {
            long found =
                running.complete(tensor.storage().size()).orElseGet(() -> crc(tensor, scratch));
            require(tensor, found == stated.getAsLong());
          }
        });
  }

  private static long crc(SourceTensor tensor, ByteBuffer scratch) {
    var crc = new CRC32();
    long size = tensor.storage().size();
    for (long at = 0; at < size; at += scratch.limit()) {
      scratch.clear().limit((int) Math.min(scratch.capacity(), size - at));
      tensor.storage().readFully(scratch, at);
      crc.update(scratch.flip());
    }
    return crc.getValue();
  }

  private static void require(SourceTensor tensor, boolean intact) {
    if (!intact) {
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
