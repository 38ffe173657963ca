package io.shardwright.adapters.huggingface;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What an {@code adapter_config.json} says that decides the product (peft 0.13 and 0.21, {@code
 * peft/tuners/lora/config.py}). Whatever is not known to be without effect must be absent, null,
 * false or empty.
 */
record PeftConfig(Obj document, PeftPattern.Search search) {
  static final String FILE = "adapter_config.json";

  private static final double MOST_ALPHA = 1e9;
  private static final Set<String> READ =
      Set.of("peft_type", "r", "lora_alpha", "use_rslora", "rank_pattern", "alpha_pattern");
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "eva_config",
          "exclude_modules",
          "fan_in_fan_out",
          "inference_mode",
          "layers_pattern",
          "layers_to_transform",
          "lora_dropout",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "target_modules",
          "task_type");

  /** Ways to begin a training that leave the base's weights as they are. */
  private static final Set<String> BEGINNINGS = Set.of("gaussian", "eva", "orthogonal");

  /** Why the product is another, or can't be told. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    String type = document.get("peft_type").flatMap(JsonValue::asText).orElse("(none)");
    if (!type.equals("LORA")) {
      return List.of("peft_type is '" + type + "', expected LORA");
    }
    document.fields().forEach((key, value) -> problem(key, value).ifPresent(problems::add));
    problems.addAll(wrongRanks());
    alpha("lora_alpha", document.get("lora_alpha")).ifPresent(problems::add);
    problems.addAll(patterns("alpha_pattern", false));
    return problems;
  }

  /** Why the modules' ranks can't be told. */
  List<String> wrongRanks() {
    var problems = new ArrayList<>(patterns("rank_pattern", true));
    rank("r", document.get("r")).ifPresent(problems::add);
    return problems;
  }

  /** Whether it is an adapter of products. */
  boolean lowRank() {
    return document.get("peft_type").flatMap(JsonValue::asText).filter("LORA"::equals).isPresent();
  }

  /** By which key a module has its rank. */
  String saysRank(String module) {
    return search
        .first(pattern("rank_pattern").keySet(), module)
        .map(key -> "rank_pattern has " + (long) rank(module) + " for '" + key + "'")
        .orElse("r is " + (long) rank(module));
  }

  private List<String> patterns(String key, boolean positive) {
    var problems = new ArrayList<String>();
    pattern(key)
        .forEach(
            (pattern, value) -> {
              if (!PeftPattern.isPlain(pattern)) {
                problems.add(key + " has '" + pattern + "', which is too wide a pattern");
              }
              String name = key + " for '" + pattern + "'";
              (positive ? rank(name, Optional.of(value)) : alpha(name, Optional.of(value)))
                  .ifPresent(problems::add);
            });
    return problems;
  }

  private static Optional<String> rank(String name, Optional<JsonValue> value) {
    OptionalLong rank = value.map(JsonValue::asLong).orElse(OptionalLong.empty());
    return rank.orElse(0) > 0 ? Optional.empty() : wrong(name, value, "a whole number over 0");
  }

  private static Optional<String> alpha(String name, Optional<JsonValue> value) {
    OptionalDouble alpha = value.map(PeftConfig::number).orElse(OptionalDouble.empty());
    boolean fine = alpha.isPresent() && Math.abs(alpha.getAsDouble()) < MOST_ALPHA;
    return fine ? Optional.empty() : wrong(name, value, "a number below 10^9");
  }

  private static Optional<String> wrong(String name, Optional<JsonValue> value, String expected) {
    String shown = value.map(PeftConfig::shown).orElse("absent");
    return Optional.of(name + " is " + shown + ", expected " + expected);
  }

  private Optional<String> problem(String key, JsonValue value) {
    boolean fine =
        switch (key) {
          case "init_lora_weights" ->
              value instanceof Bool
                  || without(value)
                  || value.asText().filter(BEGINNINGS::contains).isPresent();
          case "use_rslora" -> value instanceof Bool || value == Null.NULL;
          case "rank_pattern", "alpha_pattern" -> value instanceof Obj || without(value);
          case "bias" -> without(value) || value.asText().filter("none"::equals).isPresent();
          default -> READ.contains(key) || WITHOUT_EFFECT.contains(key) || without(value);
        };
    return fine
        ? Optional.empty()
        : Optional.of(
            "'"
                + key
                + "' is "
                + shown(value)
                + (READ.contains(key)
                    ? ", which is of another kind than peft writes"
                    : ", which changes more than a product does"));
  }

  private static boolean without(JsonValue value) {
    return value == Null.NULL
        || value instanceof Bool bool && !bool.value()
        || value instanceof Arr list && list.items().isEmpty()
        || value instanceof Obj map && map.fields().isEmpty();
  }

  private static String shown(JsonValue value) {
    if (value instanceof Str text) {
      return "'" + text.value() + "'";
    }
    if (value == Null.NULL) {
      return "null";
    }
    return value instanceof Num num
        ? num.text()
        : value instanceof Bool bool
            ? Boolean.toString(bool.value())
            : value instanceof Arr ? "a list" : "a map";
  }

  private OptionalDouble number(String key) {
    return document.get(key).map(PeftConfig::number).orElse(OptionalDouble.empty());
  }

  private static OptionalDouble number(JsonValue value) {
    double number = value instanceof Num num ? Double.parseDouble(num.text()) : Double.NaN;
    return Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
  }

  private Map<String, JsonValue> pattern(String key) {
    return document.get(key).orElse(Null.NULL) instanceof Obj map ? map.fields() : Map.of();
  }

  /** A module's rank. */
  double rank(String module) {
    return number("r", "rank_pattern", search.first(pattern("rank_pattern").keySet(), module));
  }

  /**
   * By what a module's product is multiplied. In peft 0.13 the first pattern of both lists that
   * matches counts for both.
   *
   * @return empty where versions of peft differ
   */
  OptionalDouble scale(String module) {
    var ranks = pattern("rank_pattern").keySet();
    var alphas = pattern("alpha_pattern").keySet();
    Optional<String> now = search.first(alphas, module);
    Optional<String> before =
        search.firstWithin(ranks, module).or(() -> search.firstWithin(alphas, module));
    double alpha = number("lora_alpha", "alpha_pattern", now);
    boolean same = alpha == number("lora_alpha", "alpha_pattern", before);
    boolean root = document.get("use_rslora").filter(new Bool(true)::equals).isPresent();
    double rank = rank(module);
    return same
        ? OptionalDouble.of(alpha / (root ? Math.sqrt(rank) : rank))
        : OptionalDouble.empty();
  }

  private double number(String key, String patterns, Optional<String> pattern) {
    return pattern
        .map(found -> pattern(patterns).get(found))
        .map(PeftConfig::number)
        .orElseGet(() -> number(key))
        .getAsDouble();
  }
}
