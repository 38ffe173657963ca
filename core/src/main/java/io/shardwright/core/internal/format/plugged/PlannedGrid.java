package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetObject;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.WantedGrid;
import io.shardwright.spi.tensor.DType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A plan for a distributed checkpoint. */
final class PlannedGrid extends PlannedModel implements WantedGrid {
  private final CoreVersion core;

  /**
   * What is planned for a source; the attachments as for every model.
   *
   * @param core what has to read it
   */
  PlannedGrid(
      ExecutablePlan plan, ModelSource origins, List<Attachment> attachments, CoreVersion core) {
    super(plan, origins, attachments);
    this.core = core;
  }

  @Override
  public Grid grid() {
    return plan.choice().grid();
  }

  @Override
  public DType dtype() {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    plan.targets()
        .map(TargetTensor::spec)
        .forEach(spec -> bytes.merge(spec.dtype(), spec.byteSize(), Math::addExact));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.FLOAT32);
  }

  @Override
  public List<RestoreClass> classes() {
    return plan.source().family().restoreClasses();
  }

  @Override
  public Optional<HuggingFaceModel> huggingFace() {
    return origins
        .huggingFace()
        .or(
            () ->
                plan.source().family().huggingFaceModels().stream()
                    .filter(known -> known.fits(config()))
                    .findFirst());
  }

  @Override
  public OptionalLong paddedRows() {
    return writtenRows();
  }

  @Override
  public OptionalLong vocabularyRows() {
    return plan.vocabularyRows();
  }

  @Override
  public List<String> states() {
    return plan.objects().stream().map(TargetObject::key).toList();
  }

  @Override
  public CoreVersion core() {
    return core;
  }
}
