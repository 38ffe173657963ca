package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StackStages;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.error.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds whether a model's stacks of layers can be spread over stages as wanted, and if not why. */
record StageFit(ModelDescription model, StageLayers stages) {
  private static final int LARGEST_NAMED = 1024;
  private static final String STAGES = ParallelDimension.PIPELINE.configKey();

  /** A sentence for each stack that can't be, with the legal values. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    problems.addAll(layers());
    for (StackStages stack : stages.stacks()) {
      boolean none = model.layers() == 0 && stages.stages() > 1;
      if (!stack.possible() || none) {
        problems.add(problem(stack));
      }
    }
    return problems.stream().distinct().toList();
  }

  /** A split says nothing of stacks that lie on some stages, nor of layers that there aren't. */
  private List<String> layers() {
    PipelineSplit split = stages.pipeline().split();
    boolean any =
        stages.stacks().stream().anyMatch(s -> s.stack().stages() == LayerStack.Stages.ALL);
    if (!any && !split.isEven()) {
      return List.of(
          "the stacks of family '"
              + model.family().id()
              + "' are on separate stages, which divide them evenly. Leave out "
              + settings(split)
              + ".");
    }
    int found = split.layout().map(layout -> sum(layout.counts('m'))).orElse(0);
    int last =
        stages.stacks().stream()
            .filter(stack -> stack.stack().stages() == LayerStack.Stages.LAST)
            .mapToInt(StackStages::layers)
            .sum();
    return split.layout().isEmpty() || found == last
        ? List.of()
        : List.of(
            "the layout '"
                + split.layout().get()
                + "' has "
                + found
                + " of m, expected "
                + last
                + ". Choose another with "
                + Setting.PIPELINE_LAYOUT.inText()
                + ".");
  }

  private static String settings(PipelineSplit split) {
    return split.layout().isPresent()
        ? Setting.PIPELINE_LAYOUT.inText()
        : Setting.FIRST_STAGE_LAYERS.inText() + " and " + Setting.LAST_STAGE_LAYERS.inText();
  }

  private static int sum(List<Integer> counts) {
    return counts.stream().mapToInt(count -> count).sum();
  }

  private String problem(StackStages stack) {
    PipelineSplit split = stack.split();
    int chunks = stack.stack().stages() == LayerStack.Stages.ALL ? stages.pipeline().chunks() : 1;
    if (!stack.stack().splitKey().isEmpty()) {
      return halves();
    }
    if (split.layout().isPresent()) {
      return layout(stack, chunks);
    }
    if (chunks > 1 && fits(stack, split, stages.stages(), 1)) {
      return chunks(stack, chunks);
    }
    return split.isEven()
        ? String.format(
            Locale.ROOT,
            "%s is not divisible by %s=%d. Choose %s.",
            said(stack),
            STAGES,
            stages.stages(),
            stageCounts(stack, PipelineSplit.EVEN))
        : sized(stack);
  }

  private static boolean fits(StackStages stack, PipelineSplit split, int stages, int chunks) {
    boolean whole = stages == 1 && split.isEven();
    return whole || stack.layers() > 0 && split.parts(stack.layers(), stages, chunks).isPresent();
  }

  private String said(StackStages stack) {
    String formula = stack.stack().count().formula();
    boolean one = stages.stacks().size() == 1;
    return formula + "=" + stack.layers() + (one ? "" : " of " + stack.stack().name());
  }

  private static String stageCounts(StackStages stack, PipelineSplit split) {
    return listed(count -> fits(stack, split, count, 1));
  }

  private String sized(StackStages stack) {
    PipelineSplit split = stack.split();
    String what =
        said(stack)
            + " can't be spread over "
            + STAGES
            + "="
            + stages.stages()
            + " with "
            + split.keys().entrySet().stream()
                .filter(key -> !key.getValue().matches("null|false"))
                .map(key -> key.getKey() + "=" + key.getValue())
                .collect(Collectors.joining(" and "));
    var choices = new ArrayList<String>();
    if (split.first().isPresent()) {
      choices.add(sizes(stack, Setting.FIRST_STAGE_LAYERS, split::first));
    }
    if (split.last().isPresent()) {
      choices.add(sizes(stack, Setting.LAST_STAGE_LAYERS, split::last));
    }
    choices.add(named(STAGES, legal(count -> fits(stack, split, count, 1))));
    choices.removeIf(String::isEmpty);
    return what + (choices.isEmpty() ? "." : ". Choose " + String.join(", or ", choices) + ".");
  }

  private String sizes(StackStages stack, Setting setting, Function<Integer, PipelineSplit> with) {
    var legal =
        legal(
            size ->
                size <= stack.layers()
                    && fits(stack, with.apply(size), stages.stages(), stages.pipeline().chunks()));
    return named(setting.inText(), legal);
  }

  private static String named(String what, List<Integer> legal) {
    return legal.isEmpty() ? "" : what + " " + listed(legal);
  }

  private String layout(StackStages stack, int chunks) {
    var layout = stack.split().layout().orElseThrow();
    int own = sum(layout.counts('t'));
    return "the layout '"
        + layout
        + "' has "
        + layout.parts().size()
        + " parts and "
        + own
        + " layers, expected "
        + (chunks == 1 ? stages.stages() : stages.stages() + " x " + chunks)
        + " parts and "
        + stack.layers()
        + ". Choose another with "
        + Setting.PIPELINE_LAYOUT.inText()
        + ".";
  }

  private String chunks(StackStages stack, int chunks) {
    int stages = this.stages.stages();
    var split = stack.split();
    var own = split.parts(stack.layers(), stages, 1).orElseThrow();
    boolean even = own.stream().distinct().count() == 1;
    return "the "
        + (even ? own.get(0) : own)
        + " layers of a stage are not divisible by "
        + ParallelDimension.VIRTUAL_PIPELINE.configKey()
        + "="
        + chunks
        + ". Choose "
        + listed(size -> size == 1 || fits(stack, split, stages, size))
        + ".";
  }

  /** Of stacks that lie one behind the other. */
  private String halves() {
    if (stages.pipeline().chunks() > 1) {
      return ParallelDimension.VIRTUAL_PIPELINE.configKey()
          + "="
          + stages.pipeline().chunks()
          + " is impossible: consecutive stacks have one part per stage. Choose 1.";
    }
    String all =
        stages.stacks().stream()
            .filter(other -> !other.stack().splitKey().isEmpty())
            .map(other -> other.layers() + " layers of " + other.stack().name())
            .collect(Collectors.joining(" and "));
    String cannot =
        "the " + all + " can't be placed one after another on " + STAGES + "=" + stages.stages();
    var ranks = new SplitRanks(model).legal(stages.stages());
    return ranks.isEmpty()
        ? cannot + ". Choose " + listed(new SplitRanks(model)::possible) + "."
        : cannot
            + " from the stage that was asked for. Choose "
            + Setting.SPLIT_RANK.inText()
            + " "
            + listed(ranks)
            + ".";
  }

  private static String listed(IntPredicate legal) {
    return listed(legal(legal));
  }

  private static List<Integer> legal(IntPredicate legal) {
    return IntStream.rangeClosed(1, LARGEST_NAMED).filter(legal).boxed().toList();
  }

  /** Numbers as a sentence has them. */
  static String listed(List<Integer> values) {
    if (values.size() == 1) {
      return values.get(0).toString();
    }
    String last = values.get(values.size() - 1).toString();
    return values.subList(0, values.size() - 1).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", "))
        + " or "
        + last;
  }
}
