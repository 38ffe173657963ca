package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.Map;

/**
 * What a share of a run did, for whoever completes the target: checksums of ranges of bytes, and no
 * bytes.
 *
 * @param written ranges of each target tensor that it wrote to
 * @param carried the CRC-32 of every member that it carried over
 * @param read ranges of the storages with stated checksums that it read a part of
 * @param bytesRead from the source
 * @param losses of casts
 */
public record Sums(
    Map<TargetTensor, CrcRanges> written,
    Map<CarriedMember, Long> carried,
    Map<SourceTensor, CrcRanges> read,
    long bytesRead,
    CastLosses losses) {
  /** Bytes of tensors and members that it wrote. */
  public long bytesWritten() {
    long members = carried.keySet().stream().mapToLong(member -> member.bytes().size()).sum();
    return written.values().stream().mapToLong(CrcRanges::told).reduce(members, Long::sum);
  }
}
