package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FolderTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.ModelLayout.Documents;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A format of whole models that a jar brings.
 *
 * @param plugin the jar
 * @param policy what a path is looked at under
 */
public record PluggedModelFormat(ModelFormat format, Plugin plugin, ReadPolicy policy)
    implements CheckpointFormat, TargetKind {
  /** What a layout may say that it keeps. */
  private static final Set<Keeps> KEPT = Set.of(Keeps.ARCHITECTURE, Keeps.TOKENIZER);

  /**
   * A format.
   *
   * @param origin the jar that it is from
   */
  public PluggedModelFormat(ModelFormat format, String origin, ReadPolicy policy) {
    this(format, new Plugin(format.id(), origin), policy);
  }

  @Override
  public String id() {
    return format.id();
  }

  @Override
  public boolean recognizes(Place place) {
    return plugin.recognizes(place, policy, format::recognizes);
  }

  @Override
  public boolean isAdapter() {
    return plugin.asking("asked whether it is an adapter's", format::isAdapter);
  }

  @Override
  public ModelSource open(Place place, Opening opening) {
    Guard guard = opening.guard();
    var models = new KnownFamilies(opening.registry(), opening.options(), guard);
    return plugin.open(
        place,
        guard,
        files ->
            new PluggedModel(
                plugin, files, format.read(files, models), opening.options().optimizer()));
  }

  @Override
  public Optional<TargetKind> target() {
    return layout().map(layout -> this);
  }

  private Optional<ModelLayout> layout() {
    return plugin.asking("asked how it is written", format::layout);
  }

  private ModelLayout written() {
    return layout().orElseThrow();
  }

  @Override
  public Set<Keeps> keeps() {
    Set<Keeps> kept = plugin.asking("asked what it keeps", written()::keeps);
    if (!kept.contains(Keeps.ARCHITECTURE) || !KEPT.containsAll(kept)) {
      throw plugin.broken("says that it keeps " + kept + ", expected some of " + KEPT);
    }
    return kept;
  }

  @Override
  public Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> known) {
    return plugin.asking("asked for a class", () -> written().classOf(origin, known));
  }

  @Override
  public void requireExpressible(YamlDocument config, HuggingFaceModel wanted, String where) {
    plugin.doing(
        "asked what a class expresses",
        () -> written().require(config, wanted, DialectTables.standard(), where));
  }

  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    long most = request.huggingFace().maxShardBytes();
    return TargetNames.ofShards(tensors -> shards(tensors, most, source));
  }

  private Map<String, List<TensorSpec>> shards(
      List<TensorSpec> tensors, long most, ModelSource source) {
    var shards = plugin.asking("sharing tensors out", () -> written().shards(tensors, most));
    new LayoutCheck(plugin, source.name(), source.guard()).requireShards(shards, tensors);
    return shards;
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    var wanted = new PlannedModel(plan, source, attachments);
    Documents made = plugin.asking("writing documents", () -> written().documents(wanted));
    Describer.requireShapes(
        made.means().where(),
        plan.source().family(),
        made.means(),
        wanted.model().names(),
        plan.targets().map(TargetTensor::spec).toList());
    new LayoutCheck(plugin, source.name(), source.guard()).requireNames(made.files().keySet());
    return new FolderTarget(plan, made.files(), List.of(), source.guard());
  }
}
