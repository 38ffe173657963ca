package io.shardwright.testkit;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RefinedAdapter;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks that every parameter matches one row, and every row a parameter. */
final class RowCheck {
  private final ModelFamilyAdapter adapter;

  RowCheck(ModelFamilyAdapter adapter) {
    this.adapter = adapter;
  }

  private List<ParameterRule> inForce(ModelConfig config) {
    return Answers.inForce(adapter, config, adapter.naming(config));
  }

  void oneRowEach(SampleModel sample) {
    var rules = inForce(sample.config());
    var findings = new Findings();
    for (String stored : Parameters.of(adapter, sample).tensors().keySet()) {
      String name = RowName.withoutPrefix(stored);
      var matching =
          rules.stream()
              .filter(rule -> RowName.matches(rule.pattern(), name))
              .filter(rule -> RowName.isOn(rule, name, sample.config()))
              .toList();
      findings.require(
          !matching.isEmpty(),
          "no row is '" + name + "': add a column, row or replicated one" + nearest(name, rules));
      findings.require(
          matching.size() <= 1,
          matching.size()
              + " rows are '"
              + name
              + "': give them exclusive conditions: "
              + matching.stream().map(RowName::of).toList());
    }
    promised(sample, rules, findings);
    findings.requireNone();
  }

  private static String nearest(String name, List<ParameterRule> rules) {
    return rules.stream()
        .map(ParameterRule::pattern)
        .max(Comparator.comparingInt(pattern -> alike(name, pattern)))
        .map(pattern -> "; the nearest is '" + pattern + "'")
        .orElse("");
  }

  /** Counts the dotted parts that two names have in common at their ends. */
  private static int alike(String one, String other) {
    var a = List.of(one.split("\\."));
    var b = List.of(other.split("\\."));
    int same = 0;
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      same += a.get(i).equals(b.get(i)) ? 1 : 0;
      same += a.get(a.size() - 1 - i).equals(b.get(b.size() - 1 - i)) ? 1 : 0;
    }
    return same;
  }

  /** Checks that a real checkpoint has the parameters that the rows demand. */
  private static void promised(SampleModel sample, List<ParameterRule> rules, Findings findings) {
    if (sample.whole().isEmpty()) {
      return;
    }
    var names =
        sample.whole().get().tensors().keySet().stream().map(RowName::withoutPrefix).toList();
    for (ParameterRule rule : rules) {
      boolean found = names.stream().anyMatch(name -> RowName.matches(rule.pattern(), name));
      findings.require(
          found || rule.traits().mayBeAbsent() || rule.traits().rotary(),
          RowName.of(rule)
              + " is in force and the listing has no such parameter: give it a condition, or make"
              + " it optional");
    }
  }

  void allRowsInAllNamings(SampleModel sample) {
    ModelConfig config = sample.config();
    var findings = new Findings();
    Naming used = adapter.naming(config);
    findings.require(
        adapter.describes(config),
        "describes() is false for '" + sample + "', which is to be of this family");
    for (Naming naming : adapter.equivalentNamings(config)) {
      var changed = new ChangedConfig(config, adapter.keys(config, adapter.naming(config), naming));
      findings.require(
          naming == used || adapter.naming(changed) == naming,
          "with the keys that namingKeys() gives for " + naming + ", naming() is another");
      lacking(canonicals(config, used), canonicals(changed, naming), used, naming, findings);
      lacking(canonicals(changed, naming), canonicals(config, used), naming, used, findings);
    }
    findings.requireNone();
  }

  private record Canonicals(Set<String> required, Set<String> all) {}

  private Canonicals canonicals(ModelConfig config, Naming naming) {
    Set<String> required = new LinkedHashSet<>();
    Set<String> all = new LinkedHashSet<>();
    for (ParameterRule rule : Answers.inForce(adapter, config, naming)) {
      all.add(rule.canonical());
      if (!rule.traits().mayBeAbsent() && !rule.traits().rotary()) {
        required.add(rule.canonical());
      }
    }
    return new Canonicals(required, all);
  }

  private static void lacking(
      Canonicals from, Canonicals to, Naming source, Naming target, Findings findings) {
    for (String canonical : from.required()) {
      findings.require(
          to.all().contains(canonical),
          "in " + target + " naming no row is of '" + canonical + "', which " + source + " has");
    }
  }

  /** Checks that every row of every table matches a parameter of some sample. */
  void everyRowBites(List<SampleModel> samples) {
    Map<String, Map<ParameterRule, Boolean>> tables = new LinkedHashMap<>();
    for (SampleModel sample : samples) {
      ModelConfig config = sample.config();
      for (Naming naming : adapter.equivalentNamings(config)) {
        var changed =
            new ChangedConfig(config, adapter.keys(config, adapter.naming(config), naming));
        var shown = tables.computeIfAbsent(naming + " naming", key -> new LinkedHashMap<>());
        adapter.parameters(changed, naming).in(WeightLayout.RANKS).rules().stream()
            .map(RowName::anywhere)
            .forEach(rule -> shown.putIfAbsent(rule, false));
        shown(sample, changed, naming).forEach(rule -> shown.put(RowName.anywhere(rule), true));
      }
      for (HuggingFaceModel model : Neighbours.ownClasses(adapter)) {
        var shown = tables.computeIfAbsent("Hugging Face", key -> new LinkedHashMap<>());
        model.names().rules().stream()
            .map(RowName::anywhere)
            .forEach(rule -> shown.putIfAbsent(rule, false));
        if (HuggingFaceCheck.isOf(sample, model, adapter)) {
          model.names().rules().stream()
              .filter(rule -> !ParameterTable.of(rule).inForce(config).rules().isEmpty())
              .map(RowName::anywhere)
              .forEach(rule -> shown.put(rule, true));
        }
      }
    }
    if (adapter instanceof RefinedAdapter refined) {
      refined.base().huggingFaceModels().forEach(model -> inherited(tables, model.names()));
      for (SampleModel sample : samples) {
        for (Naming naming : adapter.equivalentNamings(sample.config())) {
          inherited(tables, refined.base().parameters(sample.config(), naming));
        }
      }
    }
    var findings = new Findings();
    tables.forEach(
        (table, rows) -> rows.forEach((row, shown) -> dead(table, row, shown, findings)));
    findings.requireNone();
  }

  /** Leaves rows out that are those of the family that is refined. */
  private static void inherited(
      Map<String, Map<ParameterRule, Boolean>> tables, ParameterTable base) {
    var own = base.rules().stream().map(RowName::anywhere).toList();
    tables.values().forEach(rows -> rows.keySet().removeAll(own));
  }

  private List<ParameterRule> shown(SampleModel sample, ModelConfig config, Naming naming) {
    var rules = Answers.inForce(adapter, config, naming);
    if (naming != adapter.naming(sample.config())) {
      return rules;
    }
    var names =
        Parameters.of(adapter, sample).tensors().keySet().stream()
            .map(RowName::withoutPrefix)
            .toList();
    return rules.stream()
        .filter(rule -> names.stream().anyMatch(name -> RowName.matches(rule.pattern(), name)))
        .toList();
  }

  private static void dead(String table, ParameterRule row, boolean shown, Findings findings) {
    findings.require(
        shown,
        table
            + ": no sample has a parameter for "
            + RowName.of(row)
            + ": add a sample that has, or delete the row");
  }

  /** Checks that the adapter no longer fits when any of its rows is removed. */
  void noRowIsMissedUnnoticed(SampleModel sample, Path folder) {
    var findings = new Findings();
    var bench = Workbench.of(adapter, sample, folder);
    for (ParameterRule rule : shown(sample, sample.config(), adapter.naming(sample.config()))) {
      try {
        bench.by(new WithoutRowAdapter(adapter, rule)).plan(request -> request);
        findings.add("without " + RowName.of(rule) + " the sample still fits: delete the row");
      } catch (CheckpointException noticed) {
        continue;
      }
    }
    findings.requireNone();
  }
}
