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
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.ModelLayout.Container;
import io.shardwright.spi.format.ModelLayout.Documents;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/** A folder of shards, as a jar's format lays it out. */
record ShardsKind(ModelLayout layout, PluggedModelFormat format) implements TargetKind {
  /** What a layout may say that it keeps. */
  private static final Set<Keeps> KEPT = Set.of(Keeps.ARCHITECTURE, Keeps.TOKENIZER);

  private Plugin plugin() {
    return format.plugin();
  }

  @Override
  public boolean spreads() {
    return plugin().asking("asked for its container", layout::container) == Container.ITEMS;
  }

  @Override
  public Set<Keeps> keeps() {
    return plugin().keeps(layout::keeps, Keeps.ARCHITECTURE, KEPT);
  }

  @Override
  public Optional<HuggingFaceModel> classOf(Obj origin, List<HuggingFaceModel> known) {
    return plugin().asking("asked for a class", () -> layout.classOf(origin, known));
  }

  @Override
  public void requireExpressible(YamlDocument config, HuggingFaceModel wanted, String where) {
    plugin()
        .doing(
            "asked what a class expresses",
            () -> layout.require(config, wanted, DialectTables.standard(), where));
  }

  @Override
  public TargetNames names(ReshardRequest request, ModelSource source, Grid grid) {
    long most = request.huggingFace().maxShardBytes();
    return spreads()
        ? TargetNames.ofShards(tensors -> spread(tensors, request.gridOptions().files(), most))
        : TargetNames.ofShards(tensors -> shards(tensors, most, source));
  }

  /** Even shares, one tensor behind the other. */
  private static Map<String, List<TensorSpec>> spread(
      List<TensorSpec> tensors, OptionalInt files, long most) {
    long bytes = Math.max(1, tensors.stream().mapToLong(TensorSpec::byteSize).sum());
    long wanted = files.isPresent() ? files.getAsInt() : (bytes + most - 1) / most;
    long count = Math.max(1, Math.min(tensors.size(), wanted));
    var shares = new TreeMap<Long, List<TensorSpec>>();
    long before = 0;
    for (TensorSpec tensor : tensors) {
      long share = Math.min(count - 1, (long) ((double) before / bytes * count));
      shares.computeIfAbsent(share, number -> new ArrayList<>()).add(tensor);
      before += tensor.byteSize();
    }
    var spread = new LinkedHashMap<String, List<TensorSpec>>();
    shares.values().forEach(held -> spread.put("__" + spread.size() + "_0.distcp", held));
    return spread;
  }

  private Map<String, List<TensorSpec>> shards(
      List<TensorSpec> tensors, long most, ModelSource source) {
    var shards = plugin().asking("sharing tensors out", () -> layout.shards(tensors, most));
    new LayoutCheck(plugin(), source.name(), source.guard()).requireShards(shards, tensors);
    return shards;
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    var wanted = new PlannedShards(plan, source, attachments);
    Documents made = plugin().asking("writing documents", () -> layout.documents(wanted));
    Describer.requireShapes(
        made.means().where(),
        plan.source().family(),
        made.means(),
        wanted.model().names(),
        plan.specs().toList());
    new LayoutCheck(plugin(), source.name(), source.guard()).requireNames(made.files().keySet());
    return spreads()
        ? new ItemsTarget(format, plan, made.files(), source.guard())
        : new FolderTarget(plan, made.files(), List.of(), source.guard());
  }
}
