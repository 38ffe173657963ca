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
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.format.FlatState.Parameter;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The parameters of the ranks of a grid, in the order in which their models register them. */
final class RankParameters {
  /** What an optimizer has for a parameter is named after it. */
  static final String ANY = Companions.name("exp_avg", "");

  private static final String GROUPED = "moe_grouped_gemm";

  private final ModelDescription model;
  private final TargetChoice choice;
  private final TargetRows rows;
  private final Map<String, String> order;
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

  /** A weight's tensor before it is cut over ranks. */
  record Placed(LogicalTensor weight, Emission emission) {}

  private RankParameters(
      ModelDescription model, TargetChoice choice, ModelConfig config, Map<String, String> order) {
    this.model = model;
    this.choice = choice;
    this.order = order;
    this.rows = new TargetRows(model, config, choice.naming(), choice);
    choice.grid().ranks().forEach(rank -> held.put(rank, new ArrayList<>()));
  }

  /**
   * Those of a model as it is.
   *
   * @param grid that it is cut for
   * @param order settings that decide the order, where the files don't show it
   */
  static RankParameters of(ModelDescription model, Grid grid, Map<String, String> order) {
    var split = grid.pipeline() > 1 ? PipelineSplit.in(model.config()) : PipelineSplit.EVEN;
    var choice = TargetChoice.of(grid, model.naming(), WeightLayout.RANKS).split(split);
    var parameters = new RankParameters(model, choice, ordered(model.config(), order), order);
    var placed = new ArrayList<Placed>();
    for (LogicalTensor tensor : model.tensors()) {
      if (isParameter(tensor)) {
        var type = tensor.spec().dtype();
        parameters.add(tensor, tensor.canonical(), row -> type, placed);
      }
    }
    parameters.read(placed);
    parameters.held.replaceAll(parameters::asInFile);
    return parameters;
  }

  /**
   * Those of a model as it is to be.
   *
   * @param works all that is written
   */
  static RankParameters of(
      ModelDescription model,
      TargetChoice choice,
      ModelConfig config,
      Map<String, String> order,
      List<Work> works) {
    var ranks = choice.in(WeightLayout.RANKS);
    var parameters = new RankParameters(model, ranks, ordered(config, order), order);
    var placed = new ArrayList<Placed>();
    for (Work work : works) {
      if (isParameter(work.tensor()) && !work.emissions().isEmpty()) {
        var type = work.emissions().get(0).dtype();
        parameters.add(work.tensor(), work.shape(), row -> type, placed);
      }
    }
    parameters.read(placed);
    return parameters;
  }

  private static ModelConfig ordered(ModelConfig config, Map<String, String> order) {
    return new ChangedConfig(
        config,
        order.entrySet().stream()
            .map(
                e ->
                    new ConfigEdit(
                        e.getKey(), config.text(e.getKey()).orElse("null"), e.getValue()))
            .toList());
  }

  private void add(
      LogicalTensor tensor, Shape shape, Function<ParameterRule, DType> type, List<Placed> placed) {
    for (ParameterRule row : rows.once(tensor.companion(ANY), choice)) {
      var form = rows.form(row, tensor, shape);
      placed.add(
          new Placed(tensor, new Emission(ANY, row, tensor.indexes(), form, type.apply(row))));
    }
  }

  /** What it is cut for. */
  Grid grid() {
    return choice.grid();
  }

  /** Settings that decide the order. */
  Map<String, String> order() {
    return order;
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

  private void read(List<Placed> placed) {
    boolean grouped = "true".equalsIgnoreCase(order.get(GROUPED));
    var registered = new RegistrationOrder(rows.table(), model.family().stacks(), grouped);
    placed.sort(Comparator.comparing(Placed::emission, registered));
    var experts = new ExpertBlocks(rows.table(), model.config(), choice.grid().expert());
    var stages = new StageAssignment(rows.stages(choice), experts);
    var byMember = new HashMap<String, RankCoordinate>();
    choice.grid().ranks().forEach(rank -> byMember.put(rank.toString(), rank));
    var targets = new RankPlacement(model, choice, stages, RankCoordinate::toString);
    var chunks = new RankChunks(rows.stages(choice), choice.grid().virtual());
    placed.forEach(one -> add(one, targets.add(one.emission()), byMember, chunks));
    held.values().forEach(all -> all.sort(Comparator.comparing(RankParameters::isCopy)));
  }

  /** The last stage registers its copy of an embedding as its output layer, behind all else. */
  private static boolean isCopy(Held own) {
    return own.weight().rule().traits().tiedCopies().contains(own.parameter().name());
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
