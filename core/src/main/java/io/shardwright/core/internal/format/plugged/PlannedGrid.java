package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.GridOptions;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetObject;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.format.ParameterGroup;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.format.WantedGrid;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A plan for a distributed checkpoint. */
final class PlannedGrid extends PlannedModel implements WantedGrid {
  private final CoreVersion core;
  private final GridOptions options;

  /** Asked for every parameter. */
  private final DType dtype;

  /**
   * What is planned for a source; the attachments as for every model.
   *
   * @param core what has to read it
   * @param options the optimizer's form, and what it is for
   */
  PlannedGrid(
      ExecutablePlan plan,
      ModelSource origins,
      List<Attachment> attachments,
      CoreVersion core,
      GridOptions options) {
    super(plan, origins, attachments);
    this.core = core;
    this.options = options;
    this.dtype = most(plan);
  }

  @Override
  public Grid grid() {
    return plan.choice().grid();
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  private static DType most(ExecutablePlan plan) {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    plan.specs()
        .filter(spec -> !Companions.isCompanion(spec.name()))
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

  @Override
  public Optional<TrainingState> training() {
    return companions().isEmpty() ? Optional.empty() : origins.training();
  }

  @Override
  public Set<String> companions() {
    return plan.source().tensors().stream()
        .map(tensor -> Companions.kind(tensor.id()))
        .filter(found -> !found.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public boolean hasMasters() {
    Map<Boolean, Long> counts = new HashMap<>();
    plan.source()
        .tensors()
        .forEach(
            tensor -> {
              String kind = Companions.kind(tensor.id());
              if (kind.isEmpty()
                  ? Companions.knows(tensor.rule())
                  : kind.equals(Companions.MASTER)) {
                counts.merge(kind.isEmpty(), 1L, Long::sum);
              }
            });
    return counts.getOrDefault(false, 0L) >= counts.getOrDefault(true, 0L);
  }

  @Override
  public Set<ParameterGroup> groups() {
    return plan.source().tensors().stream()
        .filter(tensor -> !Companions.isCompanion(tensor.id()))
        .map(LogicalTensor::rule)
        .map(row -> new ParameterGroup(row.traits().experts().isPresent(), !row.traits().noDecay()))
        .collect(Collectors.toSet());
  }

  @Override
  public Optional<String> optimizerKind() {
    return options.optimizerKind();
  }

  @Override
  public Map<String, String> settings() {
    return plan.source().settings();
  }

  @Override
  public OptionalLong dataParallel() {
    return options.dataParallel();
  }

  @Override
  public Map<String, Long> flat() {
    return plan.arrays().stream()
        .map(TargetArray::spec)
        .filter(spec -> Companions.isFlat(spec.name()))
        .collect(Collectors.toMap(TensorSpec::name, spec -> spec.shape().elements()));
  }
}
