package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ParallelSize;
import java.util.List;

/**
 * Everything that a run will do.
 *
 * @param size the grid to write
 * @param changes to the configuration, in the order of the rules
 * @param files to write, stage by stage
 * @param steps one per logical tensor, in order
 */
public record ExecutablePlan(
    ModelDescription source,
    ParallelSize size,
    List<ConfigChange> changes,
    List<TargetFile> files,
    List<PlanStep> steps) {

  /** Bytes of all tensors to be written. */
  public long tensorBytes() {
    return files.stream()
        .flatMap(file -> file.tensors().values().stream())
        .mapToLong(tensor -> tensor.spec().byteSize())
        .reduce(0, Math::addExact);
  }

  /** Bytes of all logical tensors. */
  public long logicalBytes() {
    return source.tensors().stream()
        .mapToLong(tensor -> tensor.spec().byteSize())
        .reduce(0, Math::addExact);
  }

  /** Bytes of all tensors to be read. */
  public long sourceBytes() {
    return source.ranks().stream()
        .flatMap(file -> file.tensors().values().stream())
        .mapToLong(tensor -> tensor.spec().byteSize())
        .reduce(0, Math::addExact);
  }
}
