package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Items;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the stacks of a family, and the layers that a row is on. */
final class LayerGrammar {
  private static final List<String> STACK = List.of("layers", "rows", "on", "before", "from");
  private static final Map<String, Stages> STAGES =
      Map.of("all", Stages.ALL, "first", Stages.FIRST, "last", Stages.LAST);
  private static final List<String> SETS = List.of("list", "first", "every", "where", "numbers");
  private static final List<String> SET =
      List.of("list", "first", "every", "where", "numbers", "at", "is", "others");

  private LayerGrammar() {}

  /** The stacks of a family; one where it does not say. */
  static List<LayerStack> stacks(Section family) {
    var stacks = new ArrayList<LayerStack>();
    if (family.has("stacks")) {
      for (Field field :
          Section.open(family.get("stacks").orElseThrow(), "'stacks'", family.problems())
              .fields()) {
        stacks.add(
            stack(
                field.key().text(),
                Section.of(field.value(), "a stack", family.problems(), STACK)));
      }
    }
    return stacks.isEmpty() ? List.of(LayerStack.DECODER) : List.copyOf(stacks);
  }

  private static LayerStack stack(String name, Section stack) {
    var ways = List.of("on", "before", "from").stream().filter(stack::has).toList();
    if (ways.size() > 1) {
      stack.problem("a stack has " + Words.listed(ways) + ", expected at most one of them");
    }
    String count = formula(stack, "layers", stack.needText("layers"));
    var all = LayerStack.of(name, count, stack.text("rows").orElse(""));
    return stack
        .text("before")
        .map(all::before)
        .or(() -> stack.text("from").map(all::from))
        .orElseGet(() -> all.on(stack.word("on", STAGES).orElse(Stages.ALL)));
  }

  /** A formula, or 0 where it is broken. */
  private static String formula(Section section, String key, String formula) {
    try {
      return new Size(formula).formula();
    } catch (IllegalArgumentException broken) {
      section.problem(key, "'" + key + "' is a broken formula: " + broken.getMessage());
      return "0";
    }
  }

  /** The layers that a row is on. */
  static LayerSet layers(Section row) {
    Optional<YamlNode> node = row.get("on_layers");
    if (node.isEmpty()) {
      return LayerSet.ALL;
    }
    if (node.get() instanceof Items) {
      return list(row, "on_layers");
    }
    return set(Section.of(node.get(), "'on_layers'", row.problems(), SET));
  }

  private static LayerSet list(Section section, String key) {
    return LayerSet.of(
        section.texts(key).stream()
            .flatMap(text -> section.number(text, section.at(key), "a layer").stream())
            .mapToInt(Integer::intValue)
            .toArray());
  }

  private static LayerSet set(Section set) {
    var named = SETS.stream().filter(set::has).toList();
    if (named.size() != 1) {
      set.problem(
          "'on_layers' has "
              + Words.listed(named)
              + ", expected a list of layers, or exactly one of "
              + String.join(", ", SETS));
      return LayerSet.ALL;
    }
    String key = named.get(0).equals("list") ? "" : set.needText(named.get(0));
    int at = set.number("at").orElse(0);
    LayerSet layers =
        switch (named.get(0)) {
          case "list" -> list(set, "list");
          case "first" -> LayerSet.first(formula(set, "first", key));
          case "every" -> LayerSet.every(formula(set, "every", key), at);
          case "numbers" -> LayerSet.numbers(key);
          default -> LayerSet.where(key, at, values(set));
        };
    return set.flag("others") ? layers.others() : layers;
  }

  private static String[] values(Section set) {
    set.need("is");
    return set.texts("is").stream()
        .map(text -> text.toLowerCase(Locale.ROOT))
        .toArray(String[]::new);
  }

  /** A set as a file has it. */
  static String text(LayerSet layers) {
    if (layers.kind() == LayerSet.Kind.LIST && !layers.inverted()) {
      return layers.values().toString();
    }
    var parts = new ArrayList<String>();
    switch (layers.kind()) {
      case FIRST -> parts.add("first: " + RowText.scalar(layers.key()));
      case EVERY -> parts.add("every: " + RowText.scalar(layers.key()));
      case NUMBERS -> parts.add("numbers: " + RowText.scalar(layers.key()));
      case WHERE ->
          parts.add(
              "where: "
                  + RowText.scalar(layers.key())
                  + ", is: "
                  + layers.values().stream().map(RowText::scalar).toList());
      default -> parts.add("list: " + layers.values());
    }
    if (layers.at() != 0) {
      parts.add("at: " + layers.at());
    }
    if (layers.inverted()) {
      parts.add("others: true");
    }
    return "{" + String.join(", ", parts) + "}";
  }
}
