package io.shardwright.core.internal.family;

import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Condition;
import io.shardwright.spi.Extent;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Stage;
import io.shardwright.spi.Segments;
import io.shardwright.spi.Size;
import io.shardwright.spi.Traits;
import io.shardwright.spi.Traits.ExtraState;
import io.shardwright.spi.Traits.Flag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Formats rows in the syntax of a family file. */
public final class RowText {
  private static final String PLAIN = "[A-Za-z0-9_./\\-][A-Za-z0-9_./*\\-]*";

  private final List<String> lines = new ArrayList<>();

  private RowText() {}

  /** The lines of a row, not indented. */
  public static List<String> of(ParameterRule rule) {
    var text = new RowText();
    text.names(rule);
    text.arrangement(rule.arrangement());
    text.traits(rule.traits());
    text.conditions("when", rule, false);
    text.conditions("unless", rule, true);
    for (int i = 0; i < text.lines.size(); i++) {
      text.lines.set(i, (i == 0 ? "- " : "  ") + text.lines.get(i));
    }
    return text.lines;
  }

  private void line(String key, Object value) {
    lines.add(key + ": " + value);
  }

  private void flag(String key, boolean set) {
    if (set) {
      line(key, true);
    }
  }

  private void names(ParameterRule rule) {
    line(rule.cut().name().toLowerCase(Locale.ROOT), scalar(rule.pattern()));
    if (!rule.canonical().equals(rule.pattern())) {
      line("of", scalar(rule.canonical()));
    }
    if (rule.stage() != Stage.LAYER) {
      line("on", rule.stage().name().toLowerCase(Locale.ROOT));
    }
    if (!rule.stack().isEmpty()) {
      line("in", scalar(rule.stack()));
    }
    if (!rule.layers().equals(LayerSet.ALL)) {
      line("on_layers", LayerGrammar.text(rule.layers()));
    }
  }

  private void arrangement(Arrangement how) {
    var grouped = ParameterRule.column("").groupedQkv().arrangement();
    boolean qkv =
        how.headsKey().equals(grouped.headsKey())
            && grouped.factors().get(0).equals(how.factors().get(0));
    if (how.stride() > 1) {
      line("stride", how.stride());
    }
    flag("grouped_qkv", qkv);
    if (!qkv) {
      how.headsKey().ifPresent(key -> line("cut_between", scalar(key)));
    }
    var factors = new TreeMap<>(how.factors());
    if (qkv) {
      factors.remove(0);
    }
    if (!factors.isEmpty()) {
      line("factors", factors(factors));
    }
    if (!how.storedAxes().isEmpty()) {
      line("stored", how.storedAxes());
    }
    how.segments().ifPresent(this::segments);
    how.range()
        .ifPresent(
            r ->
                line(
                    "part",
                    Stream.concat(Stream.of(r.factor(), r.from(), r.to()), r.breaks().stream())
                        .toList()));
    if (!how.sizes().equals(qkv ? grouped.sizes() : Map.of())) {
      line("sizes", sizes(how.sizes()));
    }
  }

  private void segments(Segments segments) {
    line("segments", segments.sizes().stream().map(size -> scalar(size.formula())).toList());
    if (!segments.uncut().isEmpty()) {
      line("uncut", segments.uncut().stream().sorted().toList());
    }
    segments.alternating().ifPresent(key -> line("alternating", scalar(key)));
  }

  private static List<String> sizes(Map<Integer, Size> sizes) {
    int axes = sizes.keySet().stream().mapToInt(axis -> axis + 1).max().orElse(1);
    return IntStream.range(0, axes)
        .mapToObj(axis -> sizes.get(axis))
        .map(size -> size == null ? ArrangementGrammar.REST : scalar(size.formula()))
        .toList();
  }

  private static String factors(Map<Integer, List<Extent>> factors) {
    return factors.entrySet().stream()
        .map(axis -> axis.getKey() + ": " + axis.getValue().stream().map(RowText::word).toList())
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String word(Extent extent) {
    return switch (extent.kind()) {
      case COUNT -> scalar(extent.key());
      case FIXED -> Long.toString(extent.value());
      case REST -> ArrangementGrammar.REST;
      case SLOTS -> ArrangementGrammar.SLOTS;
    };
  }

  private void traits(Traits traits) {
    for (Flag flag : Flag.values()) {
      flag(flag.name().toLowerCase(Locale.ROOT), traits.has(flag));
    }
    traits.experts().ifPresent(key -> line("per_expert", scalar(key)));
    traits.layout().ifPresent(of -> line("layout", of.name().toLowerCase(Locale.ROOT)));
    var copies = traits.tiedCopies().stream().map(RowText::scalar).toList();
    if (!copies.isEmpty()) {
      line("tied_copy", copies.size() > 1 ? copies.toString() : copies.get(0));
    }
    if (traits.extraState() != ExtraState.NONE) {
      line("extra_state", traits.extraState().name().toLowerCase(Locale.ROOT));
    }
    if (traits.shift() != 0) {
      line("less", new java.math.BigDecimal(traits.shift()).stripTrailingZeros().toPlainString());
    }
  }

  private void conditions(String key, ParameterRule rule, boolean negated) {
    var own = rule.conditions().stream().filter(c -> c.negated() == negated).toList();
    var keys = own.stream().map(Condition::key).toList();
    if (new HashSet<>(keys).size() == keys.size()) {
      if (!own.isEmpty()) {
        line(key, own.stream().map(RowText::entry).collect(Collectors.joining(", ", "{", "}")));
      }
    } else {
      line(key, own.stream().map(c -> "{" + entry(c) + "}").toList());
    }
  }

  private static String entry(Condition condition) {
    var values = condition.values().stream().map(RowText::scalar).toList();
    return scalar(condition.key()) + ": " + (values.size() == 1 ? values.get(0) : values);
  }

  /** A scalar as YAML writes it, in quotes where it needs them. */
  public static String scalar(String text) {
    return text.matches(PLAIN) ? text : "'" + text.replace("'", "''") + "'";
  }
}
