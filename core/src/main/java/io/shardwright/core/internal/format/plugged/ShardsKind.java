package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.convert.DialectTables;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.FolderTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.ModelLayout.Documents;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A folder of shards, as a jar's format lays it out. */
record ShardsKind(ModelLayout layout, Plugin plugin) implements TargetKind {
  /** What a layout may say that it keeps. */
  private static final Set<Keeps> KEPT = Set.of(Keeps.ARCHITECTURE, Keeps.TOKENIZER);

  @Override
  public Set<Keeps> keeps() {
    return plugin.keeps(layout::keeps, Keeps.ARCHITECTURE, KEPT);
  }

  @Override
  public Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> known) {
    return plugin.asking("asked for a class", () -> layout.classOf(origin, known));
  }

  @Override
  public void requireExpressible(YamlDocument config, HuggingFaceModel wanted, String where) {
    plugin.doing(
        "asked what a class expresses",
        () -> layout.require(config, wanted, DialectTables.standard(), where));
  }

  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    long most = request.huggingFace().maxShardBytes();
    return TargetNames.ofShards(tensors -> shards(tensors, most, source));
  }

  private Map<String, List<TensorSpec>> shards(
      List<TensorSpec> tensors, long most, ModelSource source) {
    var shards = plugin.asking("sharing tensors out", () -> layout.shards(tensors, most));
    new LayoutCheck(plugin, source.name(), source.guard()).requireShards(shards, tensors);
    return shards;
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    var wanted = new PlannedShards(plan, source, attachments);
    Documents made = plugin.asking("writing documents", () -> layout.documents(wanted));
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
