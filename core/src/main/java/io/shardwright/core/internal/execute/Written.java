package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checksums of what was written, computed from the bytes that were read from the source.
 *
 * @param tensors the CRC-32 of every tensor
 * @param carried the CRC-32 of every member that was carried over
 * @param bytesRead from the source
 * @param bytesResumed of tensors that an earlier run wrote and that were found right
 * @param losses of casts
 * @param unchanged storages that moved without being looked at, under the CRC-32 that they state
 */
public record Written(
    Map<TargetTensor, Long> tensors,
    Map<CarriedMember, Long> carried,
    long bytesRead,
    long bytesResumed,
    CastLosses losses,
    List<SourceTensor> unchanged) {

  /**
   * The CRC-32s of all carried members.
   *
   * @throws MalformedCheckpointException if some of one was not carried
   */
  static Map<CarriedMember, Long> carried(TargetLayout layout, Map<CarriedMember, CrcRanges> told) {
    var carried = new LinkedHashMap<CarriedMember, Long>();
    for (CarriedMember member : layout.carried()) {
      var ranges = told.getOrDefault(member, new CrcRanges());
      carried.put(member, whole(ranges, member.bytes().size(), member.member(), "it"));
    }
    return carried;
  }

  /** The CRC-32 of all of something, of which every byte was told once. */
  static long whole(CrcRanges told, long size, String where, String what) {
    return told.whole(size)
        .orElseThrow(
            () ->
                new MalformedCheckpointException(
                    ErrorCode.PARTS_MISSING, where, "no part tells that it wrote all of " + what));
  }

  /**
   * Looks for the reason why a target is not what it should be.
   *
   * @throws MalformedCheckpointException if the source is damaged
   */
  public void requireSourceIntact() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    unchanged.forEach(tensor -> StorageCrcs.requireIntact(tensor, buffer));
  }
}
