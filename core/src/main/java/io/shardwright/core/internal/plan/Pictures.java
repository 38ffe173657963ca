package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.core.outline.TensorPicture.Kind;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Draws typical tensors of a plan: which of them, and where their rows come from and go. */
record Pictures(ExecutablePlan plan, TargetForms forms) {
  private static final int MOST_STACKS = 3;

  /** One of each kind that each stack has; the parts of an MLP where it has no gated one. */
  List<TensorPicture> all() {
    var pictures = new ArrayList<TensorPicture>();
    stacks().forEach(stack -> pictures.addAll(attention(stack)));
    stacks().forEach(stack -> pictures.addAll(mlp(stack, false)));
    stacks().forEach(stack -> pictures.addAll(mlp(stack, true)));
    new ExpertPictures(plan).first().ifPresent(pictures::add);
    first(Kind.VOCABULARY, Pictures::embedding).ifPresent(pictures::add);
    return pictures;
  }

  /** What is before the number of a layer, in the order of the tensors. */
  private List<String> stacks() {
    return plan.source().tensors().stream()
        .filter(tensor -> tensor.rule().pattern().contains("*"))
        .map(tensor -> stack(tensor.rule()))
        .distinct()
        .limit(MOST_STACKS)
        .toList();
  }

  private static String stack(ParameterRule rule) {
    return rule.pattern().substring(0, rule.pattern().indexOf('*') + 1);
  }

  /** Latent and linear attention have no fused matrix, but some that are cut over heads. */
  private List<TensorPicture> attention(String stack) {
    var fused = first(Kind.FUSED_QKV, in(stack, rule -> Bands.slots(rule.arrangement()) > 0));
    return fused
        .or(() -> first(Kind.ATTENTION, in(stack, Pictures::heads)))
        .map(List::of)
        .orElse(List.of());
  }

  private List<TensorPicture> mlp(String stack, boolean expert) {
    Predicate<ParameterRule> own = in(stack, rule -> ExpertBlocks.isExpert(rule) == expert);
    var gated = first(Kind.GATED_MLP, own.and(rule -> rule.arrangement().stride() == 2));
    var in = gated.isPresent() ? gated : first(Kind.MLP_IN, own.and(rule -> mlp(rule, Cut.COLUMN)));
    var out = first(Kind.MLP_OUT, own.and(rule -> mlp(rule, Cut.ROW)));
    return Stream.of(in, out).flatMap(Optional::stream).toList();
  }

  private static Predicate<ParameterRule> in(String stack, Predicate<ParameterRule> wanted) {
    return wanted.and(rule -> rule.pattern().startsWith(stack));
  }

  private static boolean heads(ParameterRule rule) {
    return rule.cut() == Cut.COLUMN
        && rule.canonical().contains("attention.")
        && !rule.canonical().contains("conv1d");
  }

  private static boolean embedding(ParameterRule rule) {
    return rule.traits().vocabPadded() && rule.stage() == ParameterRule.Stage.FIRST;
  }

  private static boolean mlp(ParameterRule rule, Cut cut) {
    return rule.cut() == cut && rule.canonical().contains("mlp.");
  }

  /** The first rule's that can be drawn. */
  private Optional<TensorPicture> first(Kind kind, Predicate<ParameterRule> wanted) {
    Set<ParameterRule> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    return plan.source().tensors().stream()
        .filter(tensor -> wanted.test(tensor.rule()) && tensor.spec().shape().rank() >= 2)
        .filter(tensor -> !Companions.isCompanion(tensor.id()) && seen.add(tensor.rule()))
        .flatMap(tensor -> picture(kind, tensor).stream())
        .findFirst();
  }

  private Optional<TensorPicture> picture(Kind kind, LogicalTensor tensor) {
    var emissions = forms.of(tensor);
    int targets = plan.choice().grid().over(tensor.rule());
    int sources = plan.source().grid().over(tensor.rule());
    boolean byTarget = targets > 1 || sources == 1;
    if (emissions.isEmpty()) {
      return Optional.empty();
    }
    ParameterRule rule = byTarget ? emissions.get(0).row() : tensor.rule();
    var bands =
        new Bands(rule, colours(tensor, byTarget), byTarget ? targets : sources, rows(tensor));
    var before = before(tensor, bands);
    var after = after(emissions, targets, bands);
    if (before.isEmpty() || after.isEmpty()) {
      return Optional.empty();
    }
    var first = emissions.get(0);
    int ranks = byTarget ? targets : sources;
    return Optional.of(
        new TensorPicture(kind, first.name(), first.dtype(), ranks, byTarget, before, after));
  }

  /** The form whose cut gives the colours, of the tensor with all its rows. */
  private StoredForm colours(LogicalTensor tensor, boolean byTarget) {
    if (byTarget) {
      return forms.of(tensor).get(0).form();
    }
    ModelDescription model = plan.source();
    return StoredForm.wanted(
        tensor.rule(), tensor.settings(tensor.rule(), model.config()), tensor.canonical());
  }

  private long rows(LogicalTensor tensor) {
    return Math.min(tensor.canonical().dim(0), forms.shape(tensor).dim(0));
  }

  private List<Panel> before(LogicalTensor tensor, Bands bands) {
    Map<SourceTensor, List<SourcePart>> parts = new IdentityHashMap<>();
    var order = new ArrayList<SourceTensor>();
    for (SourcePart part : tensor.parts()) {
      if (!parts.containsKey(part.tensor())) {
        order.add(part.tensor());
      }
      parts.computeIfAbsent(part.tensor(), t -> new ArrayList<>()).add(part);
    }
    var panels = panels(order.stream().map(stored -> panel(stored, parts.get(stored), bands)));
    return panels.stream().sorted(Comparator.comparing(Pictures::meaning)).toList();
  }

  /** Queries come before keys, keys before values, whatever their order in a file. */
  private static Band.Part meaning(Panel panel) {
    return panel.bands().get(0).part();
  }

  private Optional<Panel> panel(SourceTensor stored, List<SourcePart> parts, Bands bands) {
    Shape shape = stored.spec().shape();
    var views = parts.stream().map(SourcePart::view).toList();
    return stored.strides().equals(shape.rowMajorStrides())
        ? bands.panel(
            where(parts.get(0).member()), stored.spec().name(), shape, stored.start(), views)
        : Optional.empty();
  }

  /** Experts are cut over ranks of their own. */
  private static String dimension(ParameterRule rule, Grid grid) {
    return ExpertBlocks.isExpert(rule) && grid.expertTensor() != grid.tensor() ? "ETP " : "TP ";
  }

  /** The rank whose file it is; the chunk of an array. */
  private String where(String member) {
    return plan.source().files().ranks().stream()
        .filter(file -> file.member().equals(member))
        .map(file -> "TP " + file.rank().tensor())
        .findFirst()
        .orElse("chunk " + member.substring(member.lastIndexOf('/') + 1));
  }

  private List<Panel> after(List<Emission> emissions, int ranks, Bands bands) {
    return panels(
        emissions.stream()
            .flatMap(
                emission ->
                    Stream.iterate(0, rank -> rank < shards(emission, ranks), rank -> rank + 1)
                        .map(rank -> shard(emission, rank, ranks, bands))));
  }

  private static int shards(Emission emission, int ranks) {
    return emission.form().replicated() ? 1 : ranks;
  }

  private Optional<Panel> shard(Emission emission, int rank, int ranks, Bands bands) {
    StoredForm form = emission.form();
    Shape shape = form.shard(ranks);
    List<View> views = form.views(rank, ranks, 0, shape.rowMajorStrides());
    String where = ranks == 1 ? "whole" : dimension(emission.row(), plan.choice().grid()) + rank;
    return bands.panel(where, emission.name(), shape, 0, views);
  }

  /** All panels, or none where one can't be drawn. */
  private static List<Panel> panels(Stream<Optional<Panel>> panels) {
    var all = panels.toList();
    return all.stream().allMatch(Optional::isPresent)
        ? all.stream().flatMap(Optional::stream).toList()
        : List.of();
  }
}
