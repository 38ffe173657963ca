package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.ParameterGroup;
import java.util.List;
import java.util.Optional;

/**
 * One of the optimizers in a rank's file.
 *
 * @param path of the whole, which ends with a dot or is empty
 * @param whole the optimizer with its masters
 * @param plain PyTorch's dict
 * @param inner the path of that
 */
record OptimizerPart(String path, Obj whole, Obj plain, String inner) {
  /** Whether a group's parameters are experts that ranks share out. */
  static final String EXPERT = "is_expert_parallel";

  /** By what a group multiplies the weight decay. */
  static final String DECAY = "wd_mult";

  static OptimizerPart of(String path, Obj whole) {
    for (String key : List.of(RankOptimizer.KEY, "optimizer_state_dict")) {
      if (whole.get(key).orElse(null) instanceof Obj plain) {
        return new OptimizerPart(path, whole, plain, path + key + ".");
      }
    }
    return new OptimizerPart(path, whole, whole, path);
  }

  List<Obj> groups() {
    return plain.get("param_groups").orElse(null) instanceof Arr list
        ? list.items().stream().filter(Obj.class::isInstance).map(Obj.class::cast).toList()
        : List.of();
  }

  /** What it keeps for parameters, by their indexes. */
  Obj states() {
    return plain.get("state").orElse(null) instanceof Obj states ? states : Obj.empty();
  }

  /** The indexes of a group's parameters. */
  static List<String> indexes(Obj group) {
    return group.get("params").orElse(null) instanceof Arr list
        ? list.items().stream().map(item -> DialectDocument.text(item).orElse("")).toList()
        : List.of();
  }

  /** Which parameters a group is for. Groups of older trainings say their weight decay alone. */
  ParameterGroup kind(int number) {
    Obj group = groups().get(number);
    Optional<JsonValue> factor = group.get(DECAY).or(() -> group.get("pre_wd_mult"));
    boolean none = groups().stream().allMatch(one -> isZero(one.get("weight_decay")));
    boolean decay =
        factor.isPresent()
            ? !isZero(factor)
            : none ? number == 0 : !isZero(group.get("weight_decay"));
    return new ParameterGroup(isOfExperts(group), decay);
  }

  static boolean isOfExperts(Obj group) {
    return group.get(EXPERT).filter(new Bool(true)::equals).isPresent();
  }

  static boolean isZero(Optional<JsonValue> value) {
    return value.filter(Num.class::isInstance).filter(n -> number(n) == 0).isPresent();
  }

  private static double number(JsonValue value) {
    return Double.parseDouble(((Num) value).text());
  }

  /** A number, or the one of a tensor. */
  static Optional<String> count(JsonValue value) {
    JsonValue number =
        value instanceof Obj call && call.get("_args_").orElse(null) instanceof Arr args
            ? args.items().get(0)
            : value;
    return Optional.of(number)
        .filter(Num.class::isInstance)
        .map(n -> Long.toString((long) number(n)));
  }
}
