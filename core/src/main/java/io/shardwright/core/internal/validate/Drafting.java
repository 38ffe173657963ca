package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.family.RowText;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Drafts rows for names, by the shards of the ranks, if there are several, and by the sizes of the
 * configuration. All of it is guessed.
 */
final class Drafting {
  private static final Pattern VOCABULARY =
      Pattern.compile(
          "(?i)word_?emb|vocab|embed_tokens|\\bwte\\b|lm_head|tokens_head|output_layer");
  private final YamlDocument config;
  private final Set<String> keys;
  private final Twins twins;
  private final RankBytes bytes = new RankBytes();
  private final int stages;
  private final Map<String, DraftRow> drafts = new LinkedHashMap<>();
  private final Map<String, StoredName> firsts = new LinkedHashMap<>();
  private final StackNames stacks;
  private final Set<String> begun = new HashSet<>();

  private Drafting(Model model) {
    this.config = model.config();
    this.twins = model.twins();
    this.stacks = model.stacks();
    this.keys = config.leaves().keySet();
    this.stages = model.stages();
  }

  /**
   * What rows are drafted by.
   *
   * @param stages of its pipeline
   * @param twins the same model on another grid
   * @param stacks those that the draft names
   */
  record Model(YamlDocument config, int stages, Twins twins, StackNames stacks) {}

  /** Rows for names, one for all layers. */
  static List<DraftRow> of(List<StoredName> names, Model model) {
    var drafting = new Drafting(model);
    names.forEach(name -> drafting.firsts.putIfAbsent(name.pattern(), name));
    drafting.firsts.forEach(drafting::draft);
    drafting.tie();
    return new ArrayList<>(drafting.drafts.values());
  }

  private void draft(String pattern, StoredName name) {
    String stack = stacks.of(pattern);
    if (pattern.contains("*")) {
      begun.add(stack);
    }
    var settled = twins.tell(pattern).map(told -> settled(pattern, name, told));
    DraftRow row = settled.orElseGet(() -> cut(pattern, name));
    boolean guess = settled.isEmpty() || HeadRows.cutsAnywhere(row.rule());
    var own = row.rule().on(stage(pattern, name, stack)).in(pattern.contains("*") ? "" : stack);
    var rule = isExpert(pattern) ? expert(own, pattern) : own;
    var decayed = pattern.matches(".*bias\\*?") ? rule.noDecay() : rule;
    drafts.put(pattern, new DraftRow(guess ? decayed.guess() : decayed, row.why()));
  }

  /** A row that merges both grids into one tensor, with what is drafted besides its cut. */
  private DraftRow settled(String pattern, StoredName name, Twins.Told told) {
    if (told.axis() < 0) {
      return replicated(pattern, "settled: equal on every rank of both");
    }
    String why = "settled: both merge into the same";
    DraftRow row = cutOn(told.axis(), pattern, name.shapeFor(pattern), name.ranks(), why);
    var drafted = row.rule().arrangement();
    if (drafted.stride() == told.stride()) {
      return row;
    }
    var rule = ParameterRule.column(pattern, told.stride());
    return new DraftRow(drafted.headsKey().map(rule::cutBetween).orElse(rule), row.why());
  }

  /** Grouped experts have their numbers at the end, and the names of single ones elsewhere. */
  private static ParameterRule expert(ParameterRule rule, String pattern) {
    ParameterRule expert = rule.perExpert("num_moe_experts");
    return pattern.endsWith("*")
        ? expert.of(
            pattern
                .replaceFirst("experts\\.", "experts.local_experts.*.")
                .substring(0, pattern.length() + "local_experts.*.".length() - 1))
        : expert;
  }

  private static boolean isExpert(String pattern) {
    return pattern.indexOf('*') != pattern.lastIndexOf('*');
  }

  private static int ranks(String pattern, StoredName name) {
    return isExpert(pattern) ? name.expertRanks() : name.ranks();
  }

  private DraftRow cut(String pattern, StoredName name) {
    Shape shape = name.shapeFor(pattern);
    if (name.keyed()) {
      return chunked(pattern, shape, name.chunkFor(pattern));
    }
    if (ranks(pattern, name) == 1) {
      return new DraftRow(
          ParameterRule.replicated(pattern),
          shape + ", one rank: unknown whether ranks divide it; column, row or replicated?");
    }
    if (shape.rank() == 0) {
      return replicated(pattern, "guess: no axis");
    }
    if (!bytes.alike(name.tensors())) {
      Axis axis = axis(pattern, shape);
      return cutOn(axis.number(), pattern, shape, ranks(pattern, name), "guess: " + axis.why());
    }
    return alike(pattern, shape, name);
  }

  private static DraftRow replicated(String pattern, String why) {
    return new DraftRow(ParameterRule.replicated(pattern), why);
  }

  /** A bias that is all zeros tells nothing; its weight's cut does. */
  private DraftRow alike(String pattern, Shape shape, StoredName name) {
    DraftRow weight = drafts.get(pattern.replaceFirst("bias$", "weight"));
    boolean follows =
        pattern.endsWith("bias")
            && shape.rank() == 1
            && weight != null
            && weight.rule().cut() == Cut.COLUMN
            && bytes.constant(name.tensors().get(0));
    return follows
        ? cutOn(
            0, pattern, shape, ranks(pattern, name), "guess: one value throughout, as its weight")
        : replicated(pattern, "guess: " + shape + ", ranks are equal");
  }

  /** The grid of chunks is that of the ranks that wrote them. */
  private DraftRow chunked(String pattern, Shape shape, Shape chunk) {
    for (int axis = 0; axis < Math.min(2, shape.rank()); axis++) {
      if (chunk.dim(axis) < shape.dim(axis)) {
        int parts = (int) (shape.dim(axis) / Math.max(1, chunk.dim(axis)));
        return cutOn(axis, pattern, chunk, parts, "guess: chunks are cut there");
      }
    }
    return replicated(
        pattern,
        shape + ", one chunk: unknown whether ranks divide it; column, row or replicated?");
  }

  /** Where ranks that differ are cut, and what tells it. */
  private record Axis(int number, String why) {}

  /** A cut bias tells a column, a whole one a row; else the axis that has not its whole length. */
  private Axis axis(String pattern, Shape shard) {
    StoredName bias = firsts.get(pattern.replaceFirst("weight$", "bias"));
    if (shard.rank() == 1) {
      return new Axis(0, "ranks differ");
    }
    if (bias != null && pattern.endsWith("weight") && !bytes.alike(bias.tensors())) {
      return new Axis(0, "ranks differ, also in its bias");
    }
    if (bias != null && pattern.endsWith("weight") && !bytes.constant(bias.tensors().get(0))) {
      return new Axis(1, "ranks differ, not in its bias");
    }
    if (shard.rank() > 2) {
      return new Axis(0, "ranks differ, a convolution mostly in its outputs");
    }
    var sizes = KnownSizes.of(config, keys, pattern);
    boolean first = sizes.is(KnownSizes.HIDDEN, shard.dim(0));
    boolean second = sizes.is(KnownSizes.HIDDEN, shard.dim(1));
    return first == second
        ? new Axis(0, "ranks differ, on an unknown axis")
        : new Axis(first ? 1 : 0, "ranks differ");
  }

  private DraftRow cutOn(int axis, String pattern, Shape shard, int ranks, String why) {
    var sizes = KnownSizes.of(config, keys, pattern);
    long whole = shard.dim(axis) * ranks;
    boolean attention = HeadRows.isAttention(pattern);
    String reason = why + "; axis " + axis + " is " + ranks + " x " + shard.dim(axis);
    if (axis == 1) {
      ParameterRule row = ParameterRule.row(pattern);
      boolean heads = attention && sizes.is(KnownSizes.HEADS, whole);
      return new DraftRow(
          heads ? row.cutBetween(sizes.heads()) : row, reason + sizes.described(whole));
    }
    ParameterRule column = ParameterRule.column(pattern);
    if (attention && shard.rank() <= 2) {
      return new HeadRows(sizes).draft(column, whole, reason);
    }
    if (pattern.contains("*")) {
      boolean gated = shard.rank() <= 2 && sizes.is(KnownSizes.GATED, whole);
      return new DraftRow(
          gated ? ParameterRule.column(pattern, 2) : column, reason + sizes.described(whole));
    }
    return vocabulary(pattern, shard, sizes.described(whole).isEmpty())
        ? new DraftRow(column.vocabPaddedRows(), reason + ", perhaps of the vocabulary")
        : new DraftRow(column, reason + sizes.described(whole));
  }

  /** A convolution's outputs are no words, and neither are those that its bias is of. */
  private boolean vocabulary(String pattern, Shape shard, boolean unknown) {
    StoredName weight = firsts.get(pattern.replaceFirst("bias$", "weight"));
    boolean convolution = shard.rank() > 2 || weight != null && weight.shape().rank() > 2;
    return !convolution && (unknown || VOCABULARY.matcher(pattern).find());
  }

  /** Where there is one stage, the order of names tells; arrays have none. */
  private Stage stage(String pattern, StoredName name, String stack) {
    if (pattern.contains("*")) {
      return Stage.LAYER;
    }
    if (name.keyed()) {
      return pattern.contains("embed") ? Stage.FIRST : Stage.LAST;
    }
    if (stages == 1) {
      return begun.contains(stack) || stack.isEmpty() && !begun.isEmpty()
          ? Stage.LAST
          : Stage.FIRST;
    }
    boolean all = name.stages().size() == stages && stages > 2;
    boolean ends = name.stages().size() == 2 && stages == 2;
    return all || ends ? Stage.EVERY : name.stages().contains(0) ? Stage.FIRST : Stage.LAST;
  }

  /** A tensor of the last stage that is equal to one of the first is its copy. */
  private void tie() {
    for (String copy : List.copyOf(drafts.keySet())) {
      if (drafts.get(copy).rule().stage() == Stage.LAST && stages > 1) {
        drafts.keySet().stream()
            .filter(first -> drafts.get(first).rule().stage() == Stage.FIRST)
            .filter(first -> same(firsts.get(first), firsts.get(copy)))
            .findFirst()
            .ifPresent(first -> tie(first, copy));
      }
    }
  }

  private boolean same(StoredName one, StoredName other) {
    return !one.keyed()
        && one.shape().equals(other.shape())
        && !bytes.constant(one.tensors().get(0))
        && bytes.alike(List.of(one.tensors().get(0), other.tensors().get(0)));
  }

  private void tie(String first, String copy) {
    DraftRow row = drafts.get(first);
    drafts.remove(copy);
    drafts.put(
        first, new DraftRow(row.rule().tiedCopy(copy), row.why() + "; the last stage has a copy"));
  }

  /**
   * A row that is proposed.
   *
   * @param why it is this one
   */
  record DraftRow(ParameterRule rule, String why) {
    /** Its lines in a file, with the reason beside the first. */
    List<String> lines(String indent) {
      var lines = new ArrayList<String>();
      for (String line : RowText.of(rule)) {
        lines.add(indent + line + (lines.isEmpty() ? "  # " + why : ""));
      }
      return lines;
    }
  }
}
