package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
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
   * Looks for the reason why a target is not what it should be.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if the source is damaged
   */
  public void requireSourceIntact() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
    unchanged.forEach(tensor -> StorageCrcs.requireIntact(tensor, buffer));
  }
}
