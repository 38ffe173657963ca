package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Place;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.Traits;
import io.shardwright.spi.Traits.ExtraState;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.WeightLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a row of a table. */
final class RowGrammar {
  static final Map<String, Stage> STAGES =
      Map.of("layer", Stage.LAYER, "first", Stage.FIRST, "last", Stage.LAST, "every", Stage.EVERY);
  static final Map<String, ExtraState> STATES =
      Map.of("none", ExtraState.NONE, "empty", ExtraState.EMPTY, "stored", ExtraState.STORED);
  static final Map<String, WeightLayout> LAYOUTS =
      Map.of("ranks", WeightLayout.RANKS, "distributed", WeightLayout.DISTRIBUTED);
  private static final List<String> CUTS = List.of("column", "row", "replicated");

  /** Words of rows that have a property. */
  static final Map<String, Flag> FLAGS =
      Stream.of(Flag.values())
          .collect(Collectors.toMap(flag -> flag.name().toLowerCase(Locale.ROOT), flag -> flag));

  private static final List<String> KEYS =
      Stream.of(
              CUTS,
              List.of("of", "on", "in", "on_layers", "per_expert", "layout"),
              List.of("tied_copy", "extra_state", "less"),
              FLAGS.keySet(),
              ArrangementGrammar.KEYS,
              ConditionGrammar.KEYS)
          .flatMap(Collection::stream)
          .toList();

  private RowGrammar() {}

  /** A row and where it stands. */
  record Row(ParameterRule rule, Place place) {}

  static List<Row> rows(Section section) {
    var rows = new ArrayList<Row>();
    for (YamlNode node : section.items("rows")) {
      var row = Section.of(node, "a row", section.problems(), KEYS);
      rows.add(new Row(rule(row), row.place()));
    }
    return rows;
  }

  private static ParameterRule rule(Section row) {
    var named = CUTS.stream().filter(row::has).toList();
    if (named.size() != 1) {
      row.problem(
          "a row has "
              + Words.listed(named)
              + ", expected exactly one of "
              + String.join(", ", CUTS));
      return ParameterRule.replicated("");
    }
    String cut = named.get(0);
    var rule = new Naming(row, cut).rule();
    rule = ArrangementGrammar.apply(row, rule);
    var conditions = ConditionGrammar.of(row);
    return rule.on(row.word("on", STAGES).orElse(Stage.LAYER))
        .in(row.text("in").orElse(""))
        .onLayers(LayerGrammar.layers(row))
        .with(traits(row, rule))
        .given(conditions);
  }

  private static Traits traits(Section row, ParameterRule rule) {
    boolean padded = row.flag("vocab_padded_rows");
    if (padded && rule.cut() != Cut.COLUMN) {
      row.problem("vocab_padded_rows is for a column row, whose axis 0 counts vocabulary rows");
    }
    if (row.has("tied_copy") && !row.text("on").filter("first"::equals).isPresent()) {
      row.problem("tied_copy is the last stage's copy of a row that is 'on: first'");
    }
    var traits = Traits.NONE;
    for (String copy : row.texts("tied_copy")) {
      traits = traits.tiedCopy(copy);
    }
    traits = row.text("per_expert").map(traits::perExpert).orElse(traits);
    traits = row.word("layout", LAYOUTS).map(traits::layout).orElse(traits);
    for (var flag : FLAGS.entrySet()) {
      traits = row.flag(flag.getKey()) ? traits.with(flag.getValue()) : traits;
    }
    return traits
        .extraState(row.word("extra_state", STATES).orElse(ExtraState.NONE))
        .less(less(row));
  }

  private static double less(Section row) {
    String text = row.text("less").orElse("0");
    if (text.matches("-?[0-9]{1,9}(\\.[0-9]{1,9})?")) {
      return Double.parseDouble(text);
    }
    row.problem("less", "'less' is '" + text + "', expected a number");
    return 0;
  }

  /** What a row is called and what it is of. */
  private record Naming(Section row, String cut) {
    ParameterRule rule() {
      String pattern = row.needText(cut);
      String canonical = row.text("of").orElse(pattern);
      requirePattern(cut, pattern);
      requirePattern("of", canonical);
      long stacked = row.has("per_expert") ? 1 : 0;
      long own = stars(pattern);
      long whole = stars(canonical);
      if (own != whole && own + stacked != whole || whole < 2 * stacked) {
        row.problem(
            "of",
            "'of' has "
                + whole
                + " stars, expected "
                + (stacked > 0
                    ? "2, the layer's and the expert's"
                    : own + " as in '" + pattern + "'"));
      }
      ParameterRule rule =
          switch (cut) {
            case "column" -> ParameterRule.column(pattern);
            case "row" -> ParameterRule.row(pattern);
            default -> ParameterRule.replicated(pattern);
          };
      return rule.of(canonical);
    }

    private void requirePattern(String key, String name) {
      boolean whole =
          Stream.of(name.split("\\.", -1))
              .allMatch(part -> isNumber(part) || !part.contains("*") || isGrouped(part));
      if (!whole || stars(name) > 2) {
        row.problem(
            key,
            "'"
                + name
                + "' is not a pattern, expected at most two parts that are '*': the layer's"
                + " number, the expert's");
      }
    }

    /** Counted from 0, or on behind others: <code>{num_layers}+*</code>. */
    private static boolean isNumber(String part) {
      return part.equals("*") || part.matches("\\{[^{}*]+}\\+\\*");
    }

    /** Of an expert in one module with all others: {@code weight*}. */
    private boolean isGrouped(String part) {
      return row.has("per_expert") && part.indexOf('*') == part.length() - 1;
    }

    private static long stars(String name) {
      return name.chars().filter(c -> c == '*').count();
    }
  }
}
