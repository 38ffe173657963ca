package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The distribution of experts over ranks, in blocks. In a rank's file they are numbered from 0; of
 * E experts over w ranks, expert e is number e mod (E/w) of rank e / (E/w) (Megatron-LM
 * core_v0.5.0, {@code megatron/core/transformer/moe/moe_layer.py}).
 */
public final class ExpertBlocks {
  private final ModelConfig config;
  private final int ranks;
  private final Map<Pattern, Integer> names = new LinkedHashMap<>();

  /** By the key that counts them. */
  private final Map<String, Integer> each = new ConcurrentHashMap<>();

  /**
   * Of a model.
   *
   * @param ranks that share the experts out
   * @throws IllegalArgumentException if they don't divide the number of experts
   */
  public ExpertBlocks(ParameterTable table, ModelConfig config, int ranks) {
    this.config = config;
    this.ranks = ranks;
    if (ranks > 1) {
      table.rules().stream().filter(ExpertBlocks::isExpert).forEach(this::add);
    }
  }

  private void add(ParameterRule rule) {
    long count = count(rule, config);
    if (count == 0 || count % ranks != 0) {
      throw new IllegalArgumentException(
          count + " experts can't be divided among " + ranks + " expert-parallel ranks");
    }
    if (!stacked(rule)) {
      names.put(name(rule.pattern()), each(rule));
    }
  }

  /** How many ranks share the experts out. */
  public int ranks() {
    return ranks;
  }

  /** Whether each expert has such a parameter. */
  public static boolean isExpert(ParameterRule rule) {
    return rule.traits().experts().isPresent();
  }

  /** Whether a stored tensor's axis 0 counts experts. */
  public static boolean stacked(ParameterRule rule) {
    return isExpert(rule) && stars(rule.pattern()) < stars(rule.canonical());
  }

  static int stars(String pattern) {
    int stars = 0;
    for (int at = pattern.indexOf('*'); at >= 0; at = pattern.indexOf('*', at + 1)) {
      stars++;
    }
    return stars;
  }

  /** How many experts there are, as the configuration says; 0 where it does not. */
  public static long count(ParameterRule rule, ModelConfig config) {
    return rule.traits().experts().map(key -> config.count(key, 1).orElse(0)).orElse(0L);
  }

  /** How many experts a rank has. */
  public int each(ParameterRule rule) {
    String key = rule.traits().experts().orElse("");
    return each.computeIfAbsent(key, experts -> (int) (count(rule, config) / ranks));
  }

  /** The expert-parallel rank of a parameter; empty for one that is no expert's. */
  public OptionalInt rank(ParameterRule rule, List<Integer> indexes) {
    return !isExpert(rule)
        ? OptionalInt.empty()
        : OptionalInt.of(ranks == 1 ? 0 : last(indexes) / each(rule));
  }

  /** The numbers in its rank's file of what has these in the whole model. */
  public List<Integer> local(ParameterRule rule, List<Integer> indexes) {
    return renumbered(rule, indexes, expert -> expert % each(rule));
  }

  /** The numbers in the whole model of what has these in a rank's file. */
  List<Integer> global(ParameterRule rule, List<Integer> indexes, int rank) {
    return renumbered(rule, indexes, expert -> rank * each(rule) + expert);
  }

  private List<Integer> renumbered(
      ParameterRule rule, List<Integer> indexes, IntUnaryOperator change) {
    if (ranks == 1 || !isExpert(rule)) {
      return indexes;
    }
    var changed = new ArrayList<>(indexes);
    changed.set(changed.size() - 1, change.applyAsInt(last(indexes)));
    return changed;
  }

  private static int last(List<Integer> indexes) {
    return indexes.get(indexes.size() - 1);
  }

  /** A name of the whole model with its expert numbered within its rank. */
  public String local(String name) {
    return found(name).map(found -> found.with(found.number() % found.each())).orElse(name);
  }

  /** A name of a rank's file with its expert numbered in the whole model. */
  public String global(String name, int rank) {
    return found(name).map(found -> found.with(rank * found.each() + found.number())).orElse(name);
  }

  /** The expert-parallel rank of a name of the whole model; empty for one that is no expert's. */
  public OptionalInt rank(String name) {
    return found(name).stream().mapToInt(found -> found.number() / found.each()).findFirst();
  }

  private record Found(Matcher name, int each) {
    int number() {
      return Integer.parseInt(name.group(1));
    }

    String with(int number) {
      return new StringBuilder(name.group().length())
          .append(name.group(), 0, name.start(1))
          .append(number)
          .append(name.group(), name.end(1), name.group().length())
          .toString();
    }
  }

  private Optional<Found> found(String name) {
    return names.entrySet().stream()
        .map(entry -> new Found(entry.getKey().matcher(name), entry.getValue()))
        .filter(found -> found.name().matches())
        .findFirst();
  }

  /** Of the parameter, and whatever else its module keeps. */
  private static Pattern name(String pattern) {
    String head = pattern.substring(0, pattern.lastIndexOf('*'));
    return Pattern.compile(
        Stream.of(head.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("[0-9]{1,6}", "(?:.*\\.)?", "([0-9]{1,6})(?:\\..*)?")));
  }
}
