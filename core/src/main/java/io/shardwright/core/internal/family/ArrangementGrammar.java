package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Items;
import io.shardwright.spi.Arrangement;
import io.shardwright.spi.Arrangement.Range;
import io.shardwright.spi.Extent;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterRule.Cut;
import io.shardwright.spi.Segments;
import io.shardwright.spi.Size;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Reads a row's arrangement: how its elements map to the canonical tensor. */
record ArrangementGrammar(Section row) {
  static final List<String> KEYS =
      List.of(
          "stride",
          "cut_between",
          "grouped_qkv",
          "factors",
          "stored",
          "part",
          "sizes",
          "segments",
          "uncut",
          "alternating");
  static final String REST = Size.REST;
  static final String SLOTS = "slots";
  private static final int MOST_AXES = 8;

  static ParameterRule apply(Section row, ParameterRule rule) {
    var grammar = new ArrangementGrammar(row);
    Arrangement grouped =
        row.flag("grouped_qkv")
            ? ParameterRule.column("").groupedQkv().arrangement()
            : Arrangement.PLAIN;
    Map<Integer, List<Extent>> factors = new HashMap<>(grouped.factors());
    factors.putAll(grammar.factors());
    Map<Integer, Size> sizes = new HashMap<>(grouped.sizes());
    grammar.sizes(sizes);
    try {
      return rule.with(
          new Arrangement(
              grammar.stride(rule.cut()),
              row.text("cut_between").or(grouped::headsKey),
              factors,
              grammar.stored(),
              grammar.part(),
              sizes,
              grammar.segments(Math.max(0, rule.partitionDim()))));
    } catch (IllegalArgumentException broken) {
      row.problem("segments", "'segments': " + broken.getMessage());
      return rule;
    }
  }

  private Optional<Segments> segments(int axis) {
    if (!row.has("segments")) {
      List.of("uncut", "alternating").stream()
          .filter(row::has)
          .forEach(word -> row.problem(word, "'" + word + "' is for a row of 'segments'"));
      return Optional.empty();
    }
    var uncut =
        row.texts("uncut").stream()
            .flatMap(text -> row.number(text, row.at("uncut"), "a segment").stream())
            .collect(Collectors.toSet());
    var sizes = row.texts("segments").stream().map(Size::new).toList();
    return Optional.of(new Segments(axis, sizes, uncut, row.text("alternating")));
  }

  private int stride(Cut cut) {
    int stride = row.number("stride").orElse(1);
    if (stride < 1 || stride > 1 && cut == Cut.REPLICATED) {
      row.problem("stride", "'stride' is the number of matrices that are cut, 1 or more");
      return 1;
    }
    return stride;
  }

  private Map<Integer, List<Extent>> factors() {
    var factors = new HashMap<Integer, List<Extent>>();
    if (row.has("factors")) {
      for (Field axis :
          Section.open(row.get("factors").orElseThrow(), "'factors'", row.problems()).fields()) {
        row.number(axis.key().text(), axis.key().place(), "an axis")
            .filter(number -> legalAxis(number, axis))
            .ifPresent(number -> factors.put(number, extents(axis.value())));
      }
    }
    return factors;
  }

  private boolean legalAxis(int number, Field axis) {
    boolean legal = number >= 0 && number < MOST_AXES;
    if (!legal) {
      row.problems().add(axis.key().place(), "an axis is " + number + ", expected 0 to 7");
    }
    return legal;
  }

  private List<Extent> extents(YamlNode node) {
    var extents = row.texts(node, "a factor").stream().map(ArrangementGrammar::extent).toList();
    long rests = extents.stream().filter(extent -> extent.kind() == Extent.Kind.REST).count();
    if (extents.isEmpty() || rests > 1) {
      row.problems()
          .add(node.place(), "an axis has " + rests + " factors 'rest', expected at most one");
    }
    return extents;
  }

  private static Extent extent(String word) {
    return switch (word) {
      case REST -> Extent.rest();
      case SLOTS -> Extent.slots();
      default ->
          word.matches("[1-9][0-9]{0,8}") ? Extent.fixed(Long.parseLong(word)) : Extent.count(word);
    };
  }

  private List<List<Integer>> stored() {
    var axes = new ArrayList<List<Integer>>();
    for (YamlNode axis : row.items("stored")) {
      if (!(axis instanceof Items)) {
        row.problems()
            .add(axis.place(), "an axis of 'stored' is " + axis.kind() + ", expected a list");
      }
      axes.add(
          row.texts(axis, "a factor").stream()
              .flatMap(text -> row.number(text, axis.place(), "a factor").stream())
              .toList());
    }
    var used = axes.stream().flatMap(List::stream).sorted().toList();
    if (!used.equals(IntStream.range(0, used.size()).boxed().toList())) {
      row.problem("stored", "'stored' names the factors " + used + ", expected each once from 0");
    }
    return axes;
  }

  private Optional<Range> part() {
    if (!row.has("part")) {
      return Optional.empty();
    }
    var numbers =
        row.texts("part").stream()
            .flatMap(text -> row.number(text, row.at("part"), "'part'").stream())
            .toList();
    if (numbers.size() < 3 || numbers.get(0) < 0) {
      row.problem(
          "part",
          "'part' has " + numbers.size() + " numbers, expected [factor, from, to], and breaks");
      return Optional.empty();
    }
    var breaks = numbers.subList(3, numbers.size());
    return Optional.of(new Range(numbers.get(0), numbers.get(1), numbers.get(2), breaks));
  }

  /** A formula for each axis, or a word for one of which the configuration does not tell. */
  private void sizes(Map<Integer, Size> sizes) {
    var formulas = row.texts("sizes");
    for (int axis = 0; axis < formulas.size(); axis++) {
      sizes.remove(axis);
      if (!formulas.get(axis).equals(REST)) {
        try {
          sizes.put(axis, new Size(formulas.get(axis)));
        } catch (IllegalArgumentException broken) {
          row.problem("sizes", "'sizes' has a broken formula: " + broken.getMessage());
        }
      }
    }
  }
}
