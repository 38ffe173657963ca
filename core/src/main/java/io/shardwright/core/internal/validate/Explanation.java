package io.shardwright.core.internal.validate;

import io.shardwright.core.FamilyReport.Finding;
import io.shardwright.core.internal.bytes.Spelling;
import io.shardwright.core.internal.describe.StoredForm;
import io.shardwright.core.internal.validate.FamilyValidation.Kind;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Explains why names match no row and rows match no name. */
final class Explanation {
  private final Rows rows;
  private final List<Rows> others;
  private final ModelConfig config;
  private final boolean staged;
  private final List<Finding> findings = new ArrayList<>();
  private final List<StoredName> unmatched = new ArrayList<>();
  private final Set<ParameterRule> used = new LinkedHashSet<>();

  private Explanation(Rows rows, List<Rows> others, ModelConfig config, boolean staged) {
    this.rows = rows;
    this.others = others;
    this.config = config;
    this.staged = staged;
  }

  /**
   * Holds rows against names.
   *
   * @param others rows of other namings
   * @param staged whether there is more than one pipeline stage
   */
  static Explanation of(
      List<StoredName> names, Rows rows, List<Rows> others, ModelConfig config, boolean staged) {
    var explanation = new Explanation(rows, others, config, staged);
    Map<List<Object>, List<StoredName>> alike = new LinkedHashMap<>();
    for (StoredName name : names) {
      List<Object> key = List.of(name.pattern(), explanation.matching(name));
      alike.computeIfAbsent(key, own -> new ArrayList<>()).add(name);
    }
    if (rows.table().rules().isEmpty()) {
      explanation.all(names);
    } else {
      names.forEach(name -> explanation.used.addAll(explanation.matching(name)));
      alike.values().forEach(explanation::names);
      rows.table().rules().forEach(explanation::row);
    }
    return explanation;
  }

  private void all(List<StoredName> names) {
    unmatched.addAll(names);
    add(
        Kind.UNMATCHED,
        "all",
        names.size(),
        0,
        "the file has no rows of " + rows.naming() + " naming: all are drafted");
  }

  List<Finding> findings() {
    return findings;
  }

  List<StoredName> unmatched() {
    return unmatched;
  }

  private void add(Kind kind, String subject, int tensors, int line, String text) {
    findings.add(kind.finding(subject, tensors, line, text));
  }

  private void names(List<StoredName> alike) {
    StoredName first = alike.get(0);
    String subject = alike.size() == 1 ? first.name() : first.pattern();
    var matching = matching(first);
    if (matching.isEmpty()) {
      unmatched.addAll(alike);
      add(Kind.UNMATCHED, subject, alike.size(), 0, unmatched(first));
    } else if (matching.size() > 1) {
      String places = String.join(" and ", matching.stream().map(rows::place).toList());
      add(
          Kind.AMBIGUOUS,
          subject,
          alike.size(),
          rows.lines().of(matching.get(0)),
          places + " both match: give them exclusive conditions");
    } else {
      shapes(subject, alike, matching.get(0));
    }
  }

  private List<ParameterRule> matching(StoredName name) {
    return rows.inForce().stream()
        .filter(rule -> name.is(rule, config) || staged && isCopy(name, rule))
        .toList();
  }

  private static boolean isCopy(StoredName name, ParameterRule rule) {
    return rule.traits().tiedCopies().contains(name.name());
  }

  private void shapes(String subject, List<StoredName> alike, ParameterRule rule) {
    for (StoredName name : alike) {
      Optional<String> misfit = misfit(name, rule);
      if (misfit.isPresent()) {
        String text = "'" + name.name() + "' " + misfit.get() + "; its row is " + rows.place(rule);
        add(Kind.SHAPE, subject, alike.size(), rows.lines().of(rule), text);
        return;
      }
    }
  }

  private Optional<String> misfit(StoredName name, ParameterRule rule) {
    Shape shape = name.shapeFor(rule);
    if (rule.partitionDim() >= shape.rank()) {
      return Optional.of("has shape " + shape + " and is to be cut on axis " + rule.partitionDim());
    }
    try {
      StoredForm.found(rule, name.settings(rule, config), shape, name.ranks(rule));
      return Optional.empty();
    } catch (IllegalArgumentException refusal) {
      return Optional.of(refusal.getMessage());
    }
  }

  private String unmatched(StoredName name) {
    for (ParameterRule rule : rows.table().rules()) {
      if (name.is(rule)) {
        return rows.place(rule)
            + " would match, but its conditions do not hold: "
            + rows.unmet(rule);
      }
    }
    for (Rows other : others) {
      for (ParameterRule rule : other.table().rules()) {
        if (name.is(rule)) {
          return other.place(rule)
              + " matches in "
              + other.naming()
              + " naming, and the configuration says "
              + rows.naming()
              + ": see 'in_use'";
        }
      }
    }
    return "no row matches" + nearest(name.pattern());
  }

  private String nearest(String pattern) {
    var all = rows.table().rules();
    Comparator<ParameterRule> byDistance =
        Comparator.comparing(rule -> Spelling.distance(pattern, rule.pattern()));
    return all.stream()
        .filter(rule -> !used.contains(rule) && rows.inForce(rule))
        .min(byDistance)
        .filter(rule -> Spelling.distance(pattern, rule.pattern()) * 3 <= pattern.length())
        .or(() -> all.stream().min(byDistance))
        .map(
            rule ->
                "; the nearest is "
                    + rows.place(rule)
                    + ", '"
                    + rule.pattern()
                    + "': "
                    + difference(pattern, rule.pattern())
                    + (rows.inForce(rule)
                        ? ""
                        : "; its conditions do not hold: " + rows.unmet(rule)))
        .orElse("");
  }

  /** Which parts of two names differ. */
  private static String difference(String found, String known) {
    String[] parts = found.split("\\.");
    String[] expected = known.split("\\.");
    if (parts.length != expected.length) {
      return "it has " + expected.length + " parts, this has " + parts.length;
    }
    var differing = new ArrayList<String>();
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].equals(expected[i])) {
        differing.add("'" + expected[i] + "' where this has '" + parts[i] + "'");
      }
    }
    return "it has " + String.join(", and ", differing);
  }

  private void row(ParameterRule rule) {
    int line = rows.lines().of(rule);
    if (used.contains(rule)) {
      doubts(rule, line);
      return;
    }
    if (!rows.inForce(rule)) {
      add(Kind.NOT_IN_FORCE, rule.pattern(), 0, line, rows.unmet(rule));
    } else if (rule.traits().mayBeAbsent() || rule.traits().rotary()) {
      add(Kind.ABSENT, rule.pattern(), 0, line, "is optional, and no tensor matches");
    } else {
      add(
          Kind.UNUSED,
          rule.pattern(),
          0,
          line,
          "is required, but no tensor matches: give it a condition, make it optional or delete it");
    }
  }

  /** What is not known of a row that fits. */
  private void doubts(ParameterRule rule, int line) {
    if (rule.traits().has(Flag.GUESS)) {
      add(Kind.GUESS, rule.pattern(), 0, line, "is a guess: a wrong cut fits too");
    }
    if (HeadRows.cutsAnywhere(rule)) {
      add(
          Kind.HEADS,
          rule.pattern(),
          0,
          line,
          "is named like fused queries, keys and values, and a cut may fall inside a head: set"
              + " 'grouped_qkv', 'cut_between' or 'segments'");
    }
  }
}
