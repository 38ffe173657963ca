package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.LowRankProduct;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.RankShares;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.Fill;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.core.outline.CutTensor;
import io.shardwright.core.outline.LoraMerge;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.RankGrid;
import io.shardwright.core.outline.RowPadding;
import io.shardwright.core.outline.Side;
import io.shardwright.core.outline.TypeCast;
import io.shardwright.core.outline.WeightMerge;
import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Turns a plan into a public outline for display. */
public final class Outlines {
  private static final RankCoordinate FIRST = new RankCoordinate(0, 0);

  private final ExecutablePlan plan;
  private final ModelDescription model;
  private final boolean described;
  private final TargetForms forms;
  private final Map<String, LogicalTensor> tensors = new LinkedHashMap<>();

  private Outlines(ExecutablePlan plan) {
    this.plan = plan;
    this.model = plan.source();
    this.described = !model.tensors().isEmpty();
    this.forms = new TargetForms(plan);
    model.tensors().forEach(tensor -> tensors.put(tensor.id(), tensor));
  }

  /**
   * A plan's outline.
   *
   * @param source the source's name
   * @param target the target's name
   * @param adapter the name of what is merged into the model
   */
  public static PlanOutline of(
      ExecutablePlan plan, String source, String target, Optional<String> adapter) {
    return new Outlines(plan).outline(source, target, adapter);
  }

  private PlanOutline outline(String source, String target, Optional<String> adapter) {
    long cut = model.tensors().stream().filter(t -> t.rule().partitionDim() >= 0).count();
    return new PlanOutline(
        described ? model.family().id() : "none",
        before(source),
        after(target),
        described ? model.tensors().size() : plan.steps().size(),
        cut,
        plan.specs().mapToLong(spec -> spec.shape().elements()).reduce(0, Math::addExact),
        edits(),
        padding(),
        casts(),
        adapter.map(name -> LoraOutline.of(plan, name)),
        shifted(),
        fills().map(TensorSpec::name).toList(),
        leftOut(),
        kinds(),
        new Pictures(plan, forms).all());
  }

  private Side before(String name) {
    return new Side(
        name,
        described ? Optional.of(model.naming()) : Optional.empty(),
        model.files().distributed() ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS,
        model.grid(),
        described ? RankShares.of(model) : RankShares.of(model.files(), model.grid()));
  }

  private Side after(String name) {
    var choice = plan.choice();
    return new Side(
        name,
        described ? Optional.of(choice.naming()) : Optional.empty(),
        plan.arrays().isEmpty() ? WeightLayout.RANKS : WeightLayout.DISTRIBUTED,
        plan.arrays().isEmpty() ? filesSize() : choice.grid(),
        plan.arrays().isEmpty() ? files() : arrays());
  }

  private Optional<RankGrid> files() {
    var shares = new RankShares(filesSize(), plan.stages(), Optional.empty());
    plan.files()
        .forEach(
            file ->
                file.tensors().values().forEach(tensor -> shares.add(file.rank(), tensor.spec())));
    return shares.grid();
  }

  /** Arrays that are copied as they are become one file, whatever the grid. */
  private Grid filesSize() {
    boolean one = plan.files().stream().allMatch(file -> file.rank().equals(FIRST));
    return one ? Grid.ONE : plan.choice().grid();
  }

  /** Arrays belong to no rank; this is what each would load of them. */
  private Optional<RankGrid> arrays() {
    var grid = plan.choice().grid();
    var blocks = new ExpertBlocks(model.table(), model.config(), grid.expert());
    var shares = new RankShares(grid, plan.stages(), Optional.of(blocks));
    for (LogicalTensor tensor : model.tensors()) {
      for (Emission emission : forms.of(tensor)) {
        long elements = emission.form().shard(grid.over(emission.row())).elements();
        long bytes = elements * emission.dtype().byteSize();
        boolean optimizer = Companions.isCompanion(tensor.id());
        shares.add(emission.row(), tensor.indexes(), bytes, optimizer);
      }
    }
    fills()
        .forEach(
            fill ->
                shares.add(
                    ParameterRule.replicated(fill.name()).on(ParameterRule.Stage.EVERY),
                    List.of(),
                    fill.byteSize(),
                    false));
    return shares.grid();
  }

  private Stream<TensorSpec> fills() {
    return plan.steps().stream().filter(Fill.class::isInstance).map(PlanStep::tensor);
  }

  /** A Hugging Face configuration is made anew. */
  private List<ConfigEdit> edits() {
    boolean anew = plan.choice().naming() == Naming.HUGGING_FACE;
    return anew ? List.of() : plan.changes();
  }

  private List<RowPadding> padding() {
    return model.tensors().stream()
        .filter(tensor -> !tensor.canonical().equals(forms.shape(tensor)))
        .map(t -> new RowPadding(t.spec().name(), t.canonical().dim(0), forms.shape(t).dim(0)))
        .toList();
  }

  private List<TypeCast> casts() {
    Map<List<DType>, long[]> counts = new LinkedHashMap<>();
    for (PlanStep step : plan.steps()) {
      for (DType to : step.types()) {
        step.elements().forEach((from, elements) -> count(from, to, elements, counts));
      }
    }
    return counts.entrySet().stream()
        .map(
            e ->
                new TypeCast(
                    e.getKey().get(0), e.getKey().get(1), e.getValue()[0], e.getValue()[1]))
        .toList();
  }

  private static void count(DType from, DType to, long elements, Map<List<DType>, long[]> counts) {
    if (from != to) {
      long[] count = counts.computeIfAbsent(List.of(from, to), types -> new long[2]);
      count[0]++;
      count[1] += elements;
    }
  }

  private List<String> shifted() {
    return plan.steps().stream()
        .filter(step -> step instanceof Copy copy && copy.shift() != 0)
        .map(step -> step.tensor().name())
        .map(id -> tensors.containsKey(id) ? tensors.get(id).spec().name() : id)
        .toList();
  }

  /** The first tensor of each rule stands for those of all layers and experts. */
  private List<CutTensor> kinds() {
    Set<ParameterRule> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    return model.tensors().stream()
        .filter(tensor -> seen.add(tensor.rule()) && !Companions.isCompanion(tensor.id()))
        .flatMap(tensor -> forms.of(tensor).stream())
        .map(this::kind)
        .toList();
  }

  private CutTensor kind(Emission emission) {
    ParameterRule row = emission.row();
    var form = emission.form();
    int ranks = form.replicated() ? 1 : plan.choice().grid().over(row);
    return new CutTensor(
        emission.prefix() + row.pattern(),
        emission.dtype(),
        form.shard(1),
        form.shard(ranks),
        row.cut(),
        matrices(row.arrangement()));
  }

  /** How many a row holds that are cut separately. */
  private static int matrices(Arrangement arrangement) {
    return arrangement
        .segments()
        .filter(segments -> arrangement.range().isEmpty())
        .map(segments -> segments.sizes().size())
        .orElse(arrangement.stride());
  }

  private List<String> leftOut() {
    return plan.leftOut().stream().map(tensor -> tensor.spec().name()).toList();
  }

  /** What a plan adds to weights, counted. */
  private static final class LoraOutline {
    private final Map<WeightMerge, Long> counts = new LinkedHashMap<>();
    private long values;

    private LoraOutline() {}

    /** Of a plan with an adapter of that name. */
    static LoraMerge of(ExecutablePlan plan, String adapter) {
      var outline = new LoraOutline();
      plan.merges().forEach(outline::add);
      var merges =
          outline.counts.entrySet().stream().map(e -> of(e.getKey(), e.getValue())).toList();
      return new LoraMerge(adapter, plan.merges().size(), outline.values, merges);
    }

    /** Those of all layers are counted together. */
    private void add(LowRankMerge merge) {
      String weight = StageLayers.pattern(merge.tensor().name());
      for (LowRankProduct product : merge.products()) {
        long rows = product.rows().shape().elements();
        var kind = new WeightMerge(weight, 1, rows, product.rank(), product.scale());
        counts.merge(kind, 1L, Long::sum);
        values += product.a().spec().shape().elements() + product.b().spec().shape().elements();
      }
    }

    private static WeightMerge of(WeightMerge one, long count) {
      return new WeightMerge(one.weight(), count, one.rows(), one.rank(), one.scale());
    }
  }
}
