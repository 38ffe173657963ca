package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The complete plan of a run.
 *
 * @param choice what the target is to be
 * @param changes to the configuration, in the order of the rules
 * @param files to write, stage by stage; empty for a distributed target
 * @param arrays to write; empty for rank files
 * @param objects what the arrays' modules keep besides
 * @param leftOut what the target's naming has no place for
 * @param steps one per logical tensor, in order
 * @param vocabularyRows without padding; empty where nobody knows them
 */
public record ExecutablePlan(
    ModelDescription source,
    TargetChoice choice,
    List<ConfigEdit> changes,
    List<TargetFile> files,
    List<TargetArray> arrays,
    List<TargetObject> objects,
    List<LogicalTensor> leftOut,
    List<PlanStep> steps,
    OptionalLong vocabularyRows) {
  /** A plan that is asked for no vocabulary. */
  public ExecutablePlan(
      ModelDescription source,
      TargetChoice choice,
      List<ConfigEdit> changes,
      List<TargetFile> files,
      List<TargetArray> arrays,
      List<TargetObject> objects,
      List<LogicalTensor> leftOut,
      List<PlanStep> steps) {
    this(source, choice, changes, files, arrays, objects, leftOut, steps, OptionalLong.empty());
  }

  /** The configuration as it will be. */
  public ModelConfig config() {
    return new ChangedConfig(source.config(), changes);
  }

  /** How the target's layers lie in its pipeline. */
  public StageLayers stages() {
    return source.tensors().isEmpty() ? source.stages() : new TargetForms(this).stages();
  }

  /** A configuration with these changes. */
  public YamlDocument changed(YamlDocument before) {
    YamlDocument document = before;
    for (ConfigEdit change : changes) {
      document = document.with(change.key(), change.to());
    }
    return document;
  }

  /** All tensors to be written, chunks each. */
  public Stream<TargetTensor> targets() {
    return Stream.of(
            files.stream().flatMap(file -> file.tensors().values().stream()),
            arrays.stream().flatMap(TargetArray::tensors),
            objects.stream().flatMap(object -> object.tensor().stream()))
        .flatMap(all -> all);
  }

  /** Their names, types and shapes. */
  public Stream<TensorSpec> specs() {
    return Stream.of(
            files.stream()
                .flatMap(file -> file.tensors().values().stream().map(TargetTensor::spec)),
            arrays.stream()
                .flatMap(array -> array.parts().stream())
                .flatMap(part -> Collections.nCopies(part.count(), part.spec()).stream()),
            objects.stream().flatMap(object -> object.tensor().stream()).map(TargetTensor::spec))
        .flatMap(all -> all);
  }

  /** Bytes of all tensors to be written. */
  public long tensorBytes() {
    return specs().mapToLong(TensorSpec::byteSize).reduce(0, Math::addExact);
  }

  /** Bytes of all that the steps move, once each. */
  public long logicalBytes() {
    return steps.stream().mapToLong(step -> step.tensor().byteSize()).reduce(0, Math::addExact);
  }

  /** Bytes of all tensors to be read. */
  public long sourceBytes() {
    return source.files().tensors().stream()
        .mapToLong(tensor -> tensor.spec().byteSize())
        .reduce(productBytes(), Math::addExact);
  }

  /**
   * Whether the target is to have the source's grid, naming, layout, types, values and settings.
   */
  public boolean copies() {
    return changes.isEmpty()
        && choice.grid().equals(source.grid())
        && choice.naming() == source.naming()
        && (choice.layout() == WeightLayout.DISTRIBUTED) == source.files().distributed()
        && leftOut.isEmpty()
        && source.untied().isEmpty()
        && steps.stream().allMatch(ExecutablePlan::copies);
  }

  private static boolean copies(PlanStep step) {
    return !(step instanceof LowRankMerge)
        && step.types().stream().allMatch(type -> step.elements().keySet().equals(Set.of(type)));
  }

  /** The weights that products are added to. */
  public List<LowRankMerge> merges() {
    return steps.stream()
        .flatMap(step -> step instanceof LowRankMerge merge ? Stream.of(merge) : Stream.empty())
        .toList();
  }

  private long productBytes() {
    return merges().stream()
        .flatMap(merge -> merge.products().stream())
        .mapToLong(
            product -> Math.addExact(product.a().spec().byteSize(), product.b().spec().byteSize()))
        .reduce(0, Math::addExact);
  }
}
