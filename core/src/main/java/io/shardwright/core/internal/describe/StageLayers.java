package io.shardwright.core.internal.describe;

import io.shardwright.core.outline.LayerRange;
import io.shardwright.spi.Grid;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineSplit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The distribution of a model's layers over pipeline stages, stack by stack: the one place that
 * decides it. A stage's file numbers the layers of each stack from 0, in the order in which the
 * stage holds them (Megatron-Core 0.19, {@code megatron/core/transformer/transformer_layer.py},
 * {@code get_transformer_layer_offset}; NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/transformer.py}).
 */
public final class StageLayers {
  private static final Pattern LAYER = Pattern.compile("(?<=\\.layers\\.)[0-9]{1,6}(?=\\.|$)");

  private final Pipeline pipeline;
  private final List<StackStages> stacks;
  private final Map<String, StackStages> byPrefix = new HashMap<>();
  private final Set<StackStages> differing = new HashSet<>();

  private StageLayers(Pipeline pipeline, List<StackStages> stacks) {
    this.pipeline = pipeline;
    this.stacks = stacks;
  }

  /**
   * The pipeline that a model is cut for.
   *
   * @param stages at least 1
   * @param chunks of each stage: the virtual pipeline size, at least 1
   * @param split of the stacks that are on all stages
   */
  public record Pipeline(int stages, int chunks, PipelineSplit split) {
    /** That of a grid. */
    public static Pipeline of(Grid grid, PipelineSplit split) {
      return new Pipeline(grid.pipeline(), grid.virtual(), split);
    }

    /** Every stage has as many layers. */
    public static Pipeline even(int stages) {
      return new Pipeline(stages, 1, PipelineSplit.EVEN);
    }
  }

  /**
   * Spreads the stacks of a model over stages. Where that can't be done as wanted, the last stage
   * of a stack has what does not come out even.
   *
   * @param table rows by whose patterns names are told apart
   */
  public static StageLayers of(
      List<LayerStack> stacks, ParameterTable table, ModelConfig config, Pipeline pipeline) {
    Map<LayerStack, StackStages> spread = new IdentityHashMap<>();
    var used = used(stacks, table);
    used.forEach(stack -> spread.put(stack, StackStages.of(stack, config, pipeline)));
    var all = new StageLayers(pipeline, used.stream().map(spread::get).toList());
    for (ParameterRule rule : table.rules()) {
      if (rule.perLayer()) {
        StackStages own = spread.get(LayerStack.of(stacks, rule.canonical()));
        all.byPrefix.putIfAbsent(prefix(rule), own);
        if (!rule.uniform()) {
          all.differing.add(own);
        }
      }
    }
    return all;
  }

  /** The stacks that have rows; the first where none has. */
  static List<LayerStack> used(List<LayerStack> stacks, ParameterTable table) {
    var found =
        stacks.stream()
            .filter(
                stack ->
                    table.rules().stream()
                        .anyMatch(
                            rule ->
                                rule.perLayer()
                                    && LayerStack.of(stacks, rule.canonical()) == stack))
            .toList();
    return found.isEmpty() ? stacks.subList(0, 1) : found;
  }

  /** The virtual pipeline size; 1 where there is none, or none that such a model has. */
  static int chunks(List<LayerStack> stacks, ModelConfig config) {
    return config
        .text(ParallelDimension.VIRTUAL_PIPELINE.configKey())
        .filter(size -> size.matches("[1-9][0-9]{0,5}"))
        .map(Integer::parseInt)
        .filter(size -> size <= stacks.stream().mapToLong(s -> s.layers(config).orElse(0)).sum())
        .orElse(1);
  }

  /** Of a model of which nothing is known. */
  public static StageLayers none(int stages) {
    return new StageLayers(Pipeline.even(stages), List.of(StackStages.none(stages)));
  }

  /**
   * Whether all layers of a row's stack are alike, so that a distributed checkpoint stacks them. A
   * layer that differs in one row has keys of its own for all.
   */
  public boolean alike(ParameterRule row) {
    return !row.perLayer() || !differing.contains(of(row));
  }

  /** How many stages there are. */
  public int stages() {
    return pipeline.stages();
  }

  /** What was wanted. */
  public Pipeline pipeline() {
    return pipeline;
  }

  /** The stacks, each with its layers. */
  public List<StackStages> stacks() {
    return stacks;
  }

  /** Whether every layer of every stack lies where it lies in another pipeline. */
  public boolean sameAs(StageLayers other) {
    return stages() == other.stages() && stacks.equals(other.stacks);
  }

  /** The layers of all stacks; 0 where the configuration does not say. */
  public int layers() {
    return stacks.stream().mapToInt(StackStages::layers).sum();
  }

  /** A stage's layers, for display: of each stack, chunk by chunk. */
  public List<LayerRange> ranges(int stage) {
    return stacks.stream()
        .flatMap(
            stack -> stack.ranges(stage, stacks.size() > 1 ? stack.stack().name() : "").stream())
        .toList();
  }

  /**
   * The stages that hold a parameter, without those of its copies.
   *
   * @param layer empty for a parameter that is no layer's
   */
  public List<Integer> stages(ParameterRule row, OptionalInt layer) {
    if (layer.isPresent()) {
      return List.of(of(row).stage(layer.getAsInt()));
    }
    Optional<StackStages> own =
        stacks.stream().filter(stack -> stack.stack().name().equals(row.stack())).findFirst();
    if (own.isPresent()) {
      return own.get().stages(row.stage());
    }
    return row.stage() == Stage.EVERY
        ? IntStream.range(0, stages()).boxed().toList()
        : List.of(row.stage() == Stage.LAST ? stages() - 1 : 0);
  }

  /** The stage that holds a module of the whole model; the first where it is no layer's. */
  public int stage(String name) {
    return place(name).map(place -> place.stack().stage(place.layer())).orElse(0);
  }

  /** Whether something is a layer's. */
  public boolean layered(String name) {
    return place(name).isPresent();
  }

  /** A name of a stage's file with its layer numbered in the whole model. */
  public String global(String name, int stage) {
    return renumber(name, place -> place.stack().global(place.layer(), stage));
  }

  /** A name of the whole model with its layer numbered within its stage. */
  public String local(String name) {
    return renumber(name, place -> place.stack().local(place.layer()));
  }

  /** Where a name has its layer's number. */
  public record Place(StackStages stack, int from, int to, int layer) {}

  /** The layer of a name; empty where it has none. */
  public Optional<Place> place(String name) {
    Place found = null;
    int longest = -1;
    for (var known : byPrefix.entrySet()) {
      int from = name.indexOf(known.getKey()) + known.getKey().length();
      if (from >= known.getKey().length() && known.getKey().length() > longest) {
        int to = from;
        while (to < name.length() && to - from < 7 && isDigit(name.charAt(to))) {
          to++;
        }
        if (to > from && to - from < 7 && (to == name.length() || name.charAt(to) == '.')) {
          longest = known.getKey().length();
          found = new Place(known.getValue(), from, to, Integer.parseInt(name, from, to, 10));
        }
      }
    }
    return Optional.ofNullable(found).or(() -> other(name));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** A module without rows is of the first stack. */
  private Optional<Place> other(String name) {
    Matcher layer = LAYER.matcher(name);
    return layer.find()
        ? Optional.of(
            new Place(stacks.get(0), layer.start(), layer.end(), Integer.parseInt(layer.group())))
        : Optional.empty();
  }

  private String renumber(String name, ToIntFunction<Place> change) {
    if (stages() == 1) {
      return name;
    }
    return place(name)
        .map(
            place ->
                name.substring(0, place.from())
                    + change.applyAsInt(place)
                    + name.substring(place.to()))
        .orElse(name);
  }

  /** The stack of a row that layers have. */
  public StackStages stack(ParameterRule row) {
    return of(row);
  }

  private StackStages of(ParameterRule row) {
    return byPrefix.getOrDefault(prefix(row), stacks.get(0));
  }

  private static String prefix(ParameterRule row) {
    return row.pattern().substring(0, row.pattern().indexOf('*'));
  }

  /** The number of the layer that a name belongs to. */
  public static OptionalInt layer(String name) {
    Matcher found = LAYER.matcher(name);
    return found.find() ? OptionalInt.of(Integer.parseInt(found.group())) : OptionalInt.empty();
  }

  /** A name with a star for its layer's number. */
  public static String pattern(String name) {
    return LAYER.matcher(name).replaceFirst("*");
  }
}
