package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.ExpertBlocks;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.format.FlatState.Parameter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The parameters of the ranks of a grid, in the order in which their models register them. */
final class RankParameters {
  /** What an optimizer has for a parameter is named after it. */
  private static final String ANY = Companions.name("exp_avg", "");

  private static final String GROUPED = "moe_grouped_gemm";

  private final ModelDescription model;
  private final TargetChoice choice;
  private final TargetRows rows;
  private final Map<RankCoordinate, List<Held>> held = new LinkedHashMap<>();

  /**
   * A parameter of a rank.
   *
   * @param views where its elements lie in the rank's tensor, which is row-major
   * @param expert whether it is of an expert that ranks share out
   * @param chunk of an interleaved pipeline
   */
  record Held(
      LogicalTensor weight, Parameter parameter, List<View> views, boolean expert, int chunk) {}

  /**
   * Those of a model.
   *
   * @param grid that it is cut for
   * @param order settings that decide the order, where the files don't show it
   */
  RankParameters(ModelDescription model, Grid grid, Map<String, String> order) {
    this.model = model;
    var changes = order.entrySet().stream().map(e -> edit(e.getKey(), e.getValue())).toList();
    var config = new ChangedConfig(model.config(), changes);
    var split = grid.pipeline() > 1 ? PipelineSplit.in(model.config()) : PipelineSplit.EVEN;
    choice = TargetChoice.of(grid, model.naming(), WeightLayout.RANKS).split(split);
    rows = new TargetRows(model, config, model.naming(), choice);
    grid.ranks().forEach(rank -> held.put(rank, new ArrayList<>()));
    boolean grouped = config.text(GROUPED).filter("true"::equalsIgnoreCase).isPresent();
    read(new RegistrationOrder(rows.table(), model.family().stacks(), grouped));
  }

  private ConfigEdit edit(String key, String value) {
    return new ConfigEdit(key, model.config().text(key).orElse("null"), value);
  }

  /** By rank. */
  Map<RankCoordinate, List<Held>> held() {
    return held;
  }

  /** Canonical names in order, rank by rank. */
  List<List<String>> names() {
    return held.values().stream()
        .map(all -> all.stream().map(own -> own.weight().id()).toList())
        .toList();
  }

  /** A buffer's values are no optimizer's. */
  static boolean isParameter(LogicalTensor tensor) {
    var row = tensor.rule();
    return !Companions.isCompanion(tensor.id())
        && !row.traits().rotary()
        && row.stage() != Stage.EVERY
        && !row.traits().has(Flag.FLOAT32);
  }

  private record Placed(LogicalTensor weight, Emission emission) {}

  private void read(RegistrationOrder order) {
    var placed = new ArrayList<Placed>();
    for (LogicalTensor tensor : model.tensors()) {
      if (isParameter(tensor)) {
        rows.once(tensor.companion(ANY), choice)
            .forEach(
                row ->
                    placed.add(
                        new Placed(
                            tensor,
                            new Emission(
                                ANY,
                                row,
                                tensor.indexes(),
                                rows.form(row, tensor, tensor.canonical()),
                                tensor.spec().dtype()))));
      }
    }
    placed.sort(Comparator.comparing(Placed::emission, order));
    var experts = new ExpertBlocks(rows.table(), model.config(), choice.grid().expert());
    var stages = new StageAssignment(rows.stages(choice), experts);
    var byMember = new HashMap<String, RankCoordinate>();
    choice.grid().ranks().forEach(rank -> byMember.put(rank.toString(), rank));
    var targets = new RankPlacement(model, choice, stages, RankCoordinate::toString);
    var chunks = new RankChunks(rows.stages(choice), choice.grid().virtual());
    placed.forEach(one -> add(one, targets.add(one.emission()), byMember, chunks));
    held.replaceAll((rank, all) -> asInFile(rank, all));
  }

  private void add(
      Placed placed, List<To> to, Map<String, RankCoordinate> byMember, RankChunks chunks) {
    var views = new LinkedHashMap<TargetTensor, List<View>>();
    to.forEach(one -> views.computeIfAbsent(one.tensor(), t -> new ArrayList<>()).add(one.view()));
    var grid = choice.grid();
    var row = placed.emission().row();
    boolean apart = grid.expert() > 1 || grid.expertTensor() != grid.tensor();
    boolean expert = apart && ExpertBlocks.isExpert(row);
    boolean shared = grid.pipeline() > 1 && !row.traits().tiedCopies().isEmpty();
    views.forEach(
        (tensor, own) -> {
          var rank = byMember.get(tensor.member());
          String name = tensor.spec().name().substring(ANY.length());
          long elements = tensor.spec().shape().elements();
          var parameter = new Parameter(name, placed.weight().spec().dtype(), elements, shared);
          int chunk = chunks.of(name, rank.pipeline()).chunk();
          held.get(rank).add(new Held(placed.weight(), parameter, own, expert, chunk));
        });
  }

  /** A rank's file lists its parameters as its model registers them. */
  private List<Held> asInFile(RankCoordinate rank, List<Held> all) {
    Optional<RankFile> file =
        model.files().ranks().stream().filter(own -> own.rank().equals(rank)).findFirst();
    if (file.isEmpty() || !choice.grid().equals(model.grid())) {
      return all;
    }
    var places = new HashMap<String, Integer>();
    var names = List.copyOf(file.get().tensors().keySet());
    IntStream.range(0, names.size()).forEach(at -> places.put(names.get(at), at));
    boolean known = all.stream().allMatch(own -> places.containsKey(own.parameter().name()));
    return known
        ? all.stream()
            .sorted(Comparator.comparing(own -> places.get(own.parameter().name())))
            .toList()
        : all;
  }

  /** The parameters of a rank that its buffers are made of, chunk by chunk. */
  static List<List<Held>> chunks(List<Held> all, boolean experts, int chunks) {
    return IntStream.range(0, chunks)
        .mapToObj(
            chunk ->
                all.stream()
                    .filter(own -> own.chunk() == chunk && own.expert() == experts)
                    .toList())
        .toList();
  }
}
