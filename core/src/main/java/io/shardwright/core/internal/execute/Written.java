package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.Passage;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.Map;

/**
 * What was written, by the bytes that were read from the source.
 *
 * @param tensors the CRC-32 of every tensor
 * @param passages the CRC-32 of every member that was carried over
 * @param bytesRead from the source
 * @param losses of casts
 */
public record Written(
    Map<TargetTensor, Long> tensors,
    Map<Passage, Long> passages,
    long bytesRead,
    CastLosses losses) {}
