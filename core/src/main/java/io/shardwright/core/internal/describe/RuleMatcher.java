package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the one rule that matches a parameter's name. */
public final class RuleMatcher {
  /** A rule and what stands for each of its stars. */
  record Match(ParameterRule rule, List<Integer> indexes) {
    /** Whether the layer has the rule's parameter. */
    boolean isOn(ModelConfig config) {
      return indexes.isEmpty() || rule.isOn(config, indexes.get(0));
    }

    /** Of a tensor that is the same on every rank. */
    static Match itself(String name) {
      var layer = StageLayers.layer(name);
      return layer.isEmpty()
          ? new Match(ParameterRule.replicated(name), List.of())
          : new Match(
              ParameterRule.replicated(StageLayers.pattern(name)), List.of(layer.getAsInt()));
    }
  }

  private final String family;
  private final Set<String> stems;

  /** The parts of names that were seen: few, however many layers and experts there are. */
  private final Map<String, String> starred = new ConcurrentHashMap<>();

  private final Map<String, List<ParameterRule>> byShape;
  private final Map<String, List<ParameterRule>> byKey;
  private final Map<String, List<ParameterRule>> byLayerKey;
  private final ModelConfig config;
  private final boolean uniform;

  RuleMatcher(String family, ParameterTable table, ModelConfig config) {
    this.family = family;
    this.config = config;
    stems = stems(table);
    byShape = index(table, rule -> starred(rule.pattern()));
    byKey = index(table, DistributedKey::of);
    byLayerKey = index(table, DistributedKey::inLayer);
    uniform = table.rules().stream().allMatch(ParameterRule::uniform);
  }

  /** The rows of a family that are in force. */
  public static RuleMatcher of(ModelFamilyAdapter family, ModelConfig config, Naming naming) {
    return new RuleMatcher(family.id(), family.parameters(config, naming).inForce(config), config);
  }

  private static Map<String, List<ParameterRule>> index(
      ParameterTable table, Function<ParameterRule, String> key) {
    var index = new HashMap<String, List<ParameterRule>>();
    for (ParameterRule rule : table.rules()) {
      index.computeIfAbsent(key.apply(rule), k -> new ArrayList<>()).add(rule);
    }
    return index;
  }

  /** What stands before a star in a part of a pattern: weight of {@code weight*}. */
  private static Set<String> stems(ParameterTable table) {
    return table.rules().stream()
        .flatMap(rule -> Stream.of(rule.pattern().split("\\.", -1)))
        .flatMap(part -> StarredPart.of(part).map(StarredPart::stem).stream())
        .filter(stem -> !stem.isEmpty())
        .collect(Collectors.toSet());
  }

  /** A name with every number that a star may stand for replaced by one. */
  private String starred(String name) {
    var out = new StringBuilder(name.length());
    for (int from = 0; from <= name.length(); ) {
      int to = end(name, from);
      out.append(from > 0 ? "." : "");
      out.append(starred.computeIfAbsent(name.substring(from, to), this::star));
      from = to + 1;
    }
    return out.toString();
  }

  private String star(String part) {
    for (String stem : stems) {
      if (part.startsWith(stem) && StarredPart.isNumber(part.substring(stem.length()))) {
        return stem + "*";
      }
    }
    boolean counted = StarredPart.of(part).filter(p -> p.stem().isEmpty()).isPresent();
    return counted || StarredPart.isNumber(part) ? "*" : part;
  }

  /**
   * The rule for a name without a format's prefix.
   *
   * @throws AdapterException if several rules match
   */
  Optional<Match> match(String name) {
    var rules = byShape.getOrDefault(starred(name), List.of());
    return match(rules, name, true).or(() -> match(rules, name, false));
  }

  /**
   * A layer that is counted on behind another stack's is none of that stack.
   *
   * @param counted whether rules are asked whose layers are
   */
  private Optional<Match> match(List<ParameterRule> rules, String name, boolean counted) {
    var matches = new ArrayList<Match>();
    for (ParameterRule rule : rules) {
      if (rule.pattern().contains("+*") == counted) {
        match(rule, rule.pattern(), name).ifPresent(matches::add);
      }
    }
    return one(matches, name);
  }

  /** A rule for a name whose layer's number is that of another layer, where layers differ. */
  Optional<Match> matchAnyLayer(String name) {
    var all = byShape.getOrDefault(starred(name), List.of());
    return uniform || all.stream().allMatch(ParameterRule::uniform)
        ? match(name)
        : all.stream()
            .flatMap(
                rule -> indexes(rule.pattern(), name).map(found -> new Match(rule, found)).stream())
            .findFirst();
  }

  /** The rule of a tensor or of a tied copy, by its name in a file. */
  public Optional<ParameterRule> stored(String name) {
    String own = name.substring(NamePrefix.of(name).length());
    return match(own).map(Match::rule).or(() -> copies(own).findFirst());
  }

  private Optional<Match> match(ParameterRule rule, String pattern, String name) {
    return indexes(pattern, name)
        .map(indexes -> new Match(rule, numbered(rule, indexes)))
        .filter(match -> uniform || match.isOn(config));
  }

  /** A name without a number is the first layer's where its canonical name has one. */
  private static List<Integer> numbered(ParameterRule rule, List<Integer> indexes) {
    boolean alone =
        indexes.isEmpty() && rule.canonical().contains("*") && !ExpertBlocks.isExpert(rule);
    return alone ? List.of(0) : indexes;
  }

  /**
   * How a family's rows fit a checkpoint's tensors, by their names.
   *
   * @param known how many tensors have a row, in force or not
   * @param every whether each has one in force
   * @param whole whether each row in force that a checkpoint must have has a tensor
   * @param rows in force, by the names that they match
   */
  public record Fit(long known, boolean every, boolean whole, Map<String, ParameterRule> rows) {}

  /** How a family fits. */
  public static Fit fit(ModelFamilyAdapter family, ModelConfig config, Set<String> names) {
    var table = family.parameters(config, family.naming(config));
    var any = new RuleMatcher(family.id(), table, config);
    var inForce = new RuleMatcher(family.id(), table.inForce(config), config);
    var own =
        names.stream()
            .filter(name -> !Companions.isState(name) && !ModuleState.isName(name))
            .map(name -> name.substring(NamePrefix.of(name).length()))
            .collect(Collectors.toSet());
    var rows = new HashMap<String, ParameterRule>();
    own.forEach(name -> inForce.rows(name).forEach(rule -> rows.put(name, rule)));
    boolean whole =
        table.inForce(config).rules().stream()
            .allMatch(
                rule ->
                    rule.traits().mayBeAbsent()
                        || rule.traits().rotary()
                        || !rule.uniform()
                        || rule.traits().layout().isPresent()
                        || rows.containsValue(rule));
    long known = own.stream().filter(name -> !any.rows(name).isEmpty()).count();
    return new Fit(known, rows.keySet().equals(own), whole, rows);
  }

  /** The rows of a tensor of a rank's file or of an array, or of a tied copy. */
  private List<ParameterRule> rows(String name) {
    var found = new ArrayList<>(byShape.getOrDefault(starred(name), List.of()));
    String key = DistributedKey.whole(name).orElse(name);
    found.addAll(byKey.getOrDefault(key, List.of()));
    found.addAll(byLayerKey.getOrDefault(starred(key), List.of()));
    if (found.isEmpty()) {
      copies(name).forEach(found::add);
    }
    if (found.isEmpty()) {
      String expert = DistributedKey.ofOneExpert(key);
      found.addAll(byShape.getOrDefault(starred(expert), List.of()));
    }
    String apart = DistributedKey.apart(key);
    return found.isEmpty() && !apart.equals(key) ? rows(apart) : found;
  }

  private Stream<ParameterRule> copies(String name) {
    return byShape.values().stream()
        .flatMap(List::stream)
        .filter(rule -> rule.traits().tiedCopies().contains(name));
  }

  /** What stands for each star of a pattern in a name; empty where they don't match. */
  public static Optional<List<Integer>> indexes(String pattern, String name) {
    var indexes = new ArrayList<Integer>();
    int from = 0;
    for (int of = 0; ; ) {
      int end = end(pattern, from);
      int ofEnd = end(name, of);
      int length = end - from;
      if (length != ofEnd - of || !pattern.regionMatches(from, name, of, length)) {
        String part = name.substring(of, ofEnd);
        var index = StarredPart.of(pattern.substring(from, end)).map(star -> star.index(part));
        if (index.isEmpty() || index.get().isEmpty()) {
          return Optional.empty();
        }
        indexes.add(index.get().getAsInt());
      }
      if (end == pattern.length() || ofEnd == name.length()) {
        boolean both = end == pattern.length() && ofEnd == name.length();
        return both ? Optional.of(indexes) : Optional.empty();
      }
      from = end + 1;
      of = ofEnd + 1;
    }
  }

  /** Where the part that begins there ends. */
  private static int end(String name, int from) {
    int dot = name.indexOf('.', from);
    return dot < 0 ? name.length() : dot;
  }

  /**
   * The rule for a distributed checkpoint's key, in which layers have no number.
   *
   * @throws AdapterException if several rules match
   */
  Optional<ParameterRule> matchKey(String key) {
    return one(byKey.getOrDefault(key, List.of()), key);
  }

  /**
   * The rule for the key of one layer's array, whose first index it tells.
   *
   * @throws AdapterException if several rules match
   */
  Optional<Match> matchLayerKey(String key) {
    var matches =
        byLayerKey.getOrDefault(starred(key), List.of()).stream()
            .flatMap(rule -> match(rule, DistributedKey.inLayer(rule), key).stream())
            .toList();
    return one(matches, key);
  }

  private <T> Optional<T> one(List<T> matches, String name) {
    if (matches.size() > 1) {
      throw new AdapterException(
          ErrorCode.RULE_AMBIGUOUS,
          "adapter '" + family + "'",
          matches.size()
              + " rules match '"
              + name
              + "', expected one: give the rules exclusive conditions");
    }
    return matches.stream().findFirst();
  }
}
