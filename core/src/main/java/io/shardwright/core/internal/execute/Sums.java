package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a share of a run did, for whoever completes the target: checksums of ranges of bytes, and no
 * bytes.
 *
 * @param written ranges of each target tensor that it wrote to
 * @param carried ranges of each member that it carried over
 * @param read ranges of the storages with stated checksums that it read a part of
 * @param bytesRead from the source
 * @param losses of casts
 * @param sending parts of files in a store
 */
public record Sums(
    Map<TargetTensor, CrcRanges> written,
    Map<CarriedMember, CrcRanges> carried,
    Map<SourceTensor, CrcRanges> read,
    long bytesRead,
    CastLosses losses,
    Sending sending) {

  /**
   * The parts of files in a store.
   *
   * @param sent with their CRC-32
   * @param aside those that lack checksums
   */
  public record Sending(Map<Part, Long> sent, List<Part> aside) {
    /** Where the target is no store. */
    public static final Sending NONE = new Sending(Map.of(), List.of());
  }

  /** Bytes of tensors and members that it wrote. */
  public long bytesWritten() {
    return Stream.concat(written.values().stream(), carried.values().stream())
        .mapToLong(CrcRanges::told)
        .sum();
  }
}
