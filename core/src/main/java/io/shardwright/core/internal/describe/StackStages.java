package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.core.outline.LayerRange;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.PipelineSplit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The layers of one stack with the stages that hold them.
 *
 * @param layers in the whole model; 0 where the configuration does not say
 * @param span the stages that the stack is on
 * @param parts in the order in which layers are numbered
 * @param split of its layers over these
 * @param possible whether that is what was wanted
 */
public record StackStages(
    LayerStack stack,
    int layers,
    Span span,
    PipelineSplit split,
    List<Part> parts,
    boolean possible) {
  private static final int MOST_PARTS = 1 << 20;

  /** Consecutive layers of one stage. */
  record Part(int stage, int first, int count) {
    int end() {
      return first + count;
    }

    boolean holds(int layer) {
      return layer >= first && layer < end();
    }
  }

  /** Consecutive stages, the last excluded. */
  public record Span(int from, int to) {
    int stages() {
      return to - from;
    }

    /** The last stage of them. */
    public int last() {
      return to - 1;
    }
  }

  static StackStages none(int stages) {
    var span = new Span(0, stages);
    return new StackStages(
        LayerStack.DECODER, 0, span, PipelineSplit.EVEN, parts(List.of(), span), true);
  }

  /** Spreads a stack over the stages of a pipeline. */
  public static StackStages of(LayerStack stack, ModelConfig config, Pipeline pipeline) {
    int layers = (int) Math.min(Integer.MAX_VALUE, stack.layers(config).orElse(0));
    boolean everywhere = stack.stages() == Stages.ALL;
    Optional<Span> wanted = span(stack, config, pipeline);
    Span span = wanted.orElse(new Span(0, pipeline.stages()));
    int chunks = everywhere ? pipeline.chunks() : 1;
    var split = everywhere ? pipeline.split() : PipelineSplit.EVEN;
    Optional<List<Integer>> counts = split.parts(layers, span.stages(), chunks);
    return new StackStages(
        stack,
        layers,
        span,
        split,
        parts(counts.orElseGet(() -> leftOver(layers, (long) span.stages() * chunks)), span),
        wanted.isPresent() && (layers == 0 || counts.isPresent()));
  }

  /** Empty where the configuration does not say where the second half begins. */
  private static Optional<Span> span(LayerStack stack, ModelConfig config, Pipeline pipeline) {
    int stages = pipeline.stages();
    if (stages == 1 || stack.stages() == Stages.ALL) {
      return Optional.of(new Span(0, stages));
    }
    if (stack.stages() == Stages.FIRST) {
      return Optional.of(new Span(0, 1));
    }
    if (stack.stages() == Stages.LAST) {
      int at = pipeline.split().layout().map(layout -> at(layout.counts('m'), stages)).orElse(-1);
      return Optional.of(at < 0 ? new Span(stages - 1, stages) : new Span(at, at + 1));
    }
    long split = config.count(stack.splitKey(), 0).orElse(0);
    if (split < 1 || split >= stages || pipeline.chunks() > 1) {
      return Optional.empty();
    }
    boolean before = stack.stages() == Stages.BEFORE;
    return Optional.of(before ? new Span(0, (int) split) : new Span((int) split, stages));
  }

  /** The stage of the first part that has any; -1 for none. */
  private static int at(List<Integer> counts, int stages) {
    for (int part = 0; part < counts.size(); part++) {
      if (counts.get(part) > 0) {
        return part % stages;
      }
    }
    return -1;
  }

  /** What does not come out even is the last part's. */
  private static List<Integer> leftOver(int layers, long parts) {
    if (parts > MOST_PARTS) {
      return List.of();
    }
    var counts = new ArrayList<>(Collections.nCopies((int) parts, (int) (layers / parts)));
    counts.set(counts.size() - 1, layers - (counts.size() - 1) * counts.get(0));
    return counts;
  }

  private static List<Part> parts(List<Integer> counts, Span span) {
    var parts = new ArrayList<Part>();
    int first = 0;
    for (int count : counts) {
      parts.add(new Part(span.from() + parts.size() % span.stages(), first, count));
      first += count;
    }
    return List.copyOf(parts);
  }

  private List<Part> of(int stage) {
    return parts.stream().filter(part -> part.stage() == stage).toList();
  }

  /** The stages of a parameter that is no layer's. */
  List<Integer> stages(Stage of) {
    return of == Stage.EVERY
        ? IntStream.range(span.from(), span.to()).boxed().toList()
        : List.of(of == Stage.LAST ? span.last() : span.from());
  }

  /** How many layers a stage holds. */
  public long share(int stage) {
    return of(stage).stream().mapToLong(Part::count).sum();
  }

  /** Whether files whose stages have so many layers can be of it. */
  boolean isHeldAs(long[] layers) {
    boolean even = stack.stages() == Stages.ALL && split.isEven();
    return (possible || even)
        && IntStream.range(0, layers.length).allMatch(stage -> share(stage) == layers[stage]);
  }

  /** The keys of a configuration that decide it. */
  public List<String> keys(ModelConfig config) {
    var keys = new ArrayList<>(stack.count().keys(config));
    if (!stack.splitKey().isEmpty()) {
      keys.add(stack.splitKey());
    }
    split.keys().keySet().stream()
        .filter(key -> !split.isEven() && config.text(key).isPresent())
        .forEach(keys::add);
    return keys;
  }

  /** How many chunks a stage has of it. */
  public int chunks(int stage) {
    return of(stage).size();
  }

  /** The first layer of a chunk of a stage, and the one after its last. */
  public List<Integer> chunk(int stage, int number) {
    Part part = of(stage).get(number);
    return List.of(part.first(), part.end());
  }

  /** A stage's layers for display; none where their number is not known. */
  List<LayerRange> ranges(int stage, String word) {
    return of(stage).stream()
        .filter(part -> part.count() > 0)
        .map(part -> new LayerRange(word, part.first(), part.end() - 1))
        .toList();
  }

  /** The stage of a layer; layers beyond the last are the last stage's. */
  public int stage(int layer) {
    return parts.stream()
        .filter(part -> part.holds(layer))
        .map(Part::stage)
        .findFirst()
        .orElse(span.last());
  }

  /** The number in the whole model of a stage's layer. */
  int global(int local, int stage) {
    int behind = local;
    int end = 0;
    for (Part part : of(stage)) {
      if (behind < part.count()) {
        return part.first() + behind;
      }
      behind -= part.count();
      end = part.end();
    }
    return end + behind;
  }

  /** The number within its stage of a layer. */
  int local(int layer) {
    int before = 0;
    for (Part part : of(stage(layer))) {
      if (part.holds(layer)) {
        return before + layer - part.first();
      }
      before += part.count();
    }
    return before + layer - layers;
  }
}
