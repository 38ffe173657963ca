package io.shardwright.adapters.huggingface;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.DistributedSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The parameter groups of an optimizer of PyTorch, in Megatron-Core's words.
 *
 * @param words what stands before the optimizer's names
 */
record TorchGroups(DistributedSet set, String words) {
  private static final String GROUPS = "param_groups";
  private static final String DECAY = "weight_decay";

  /**
   * Reads them.
   *
   * @param refuse is told why they are not read
   * @return one or two: with weight decay and without
   */
  List<Obj> read(Consumer<String> refuse) {
    var distinct = new LinkedHashSet<>(stored());
    if (distinct.isEmpty()) {
      refuse.accept("its parameter groups are missing");
    }
    boolean none = distinct.stream().allMatch(TorchGroups::isWithoutDecay);
    var byDecay = new LinkedHashMap<Boolean, Obj>();
    for (Obj group : distinct) {
      boolean decay = none || !isWithoutDecay(group);
      if (byDecay.put(decay, group) != null) {
        refuse.accept(
            "its parameter groups differ in more than weight decay, and a target distinguishes"
                + " groups only by weight decay");
      }
    }
    return byDecay.entrySet().stream().map(e -> group(e.getValue(), e.getKey())).toList();
  }

  /** Without their parameters; each parameter has one of its own where state dicts are flat. */
  private List<Obj> stored() {
    Map<String, Obj> groups = new LinkedHashMap<>();
    String before = words + GROUPS + ".";
    var keys = Stream.concat(set.objects().stream(), set.tensors().keySet().stream());
    keys.filter(key -> key.startsWith(before))
        .forEach(
            key -> {
              int dot = key.lastIndexOf('.');
              String setting = key.substring(dot + 1);
              if (!setting.equals("params") && dot >= before.length()) {
                groups
                    .computeIfAbsent(key.substring(before.length(), dot), group -> Obj.empty())
                    .put(setting, plain(TorchOptimizer.value(set, key).orElse(Null.NULL)));
              }
            });
    var all = new ArrayList<>(groups.values());
    if (set.objects().contains(words + GROUPS) && set.object(words + GROUPS) instanceof Arr list) {
      list.items().stream()
          .filter(Obj.class::isInstance)
          .map(group -> ((Obj) group).copy())
          .forEach(
              group -> {
                group.fields().remove("params");
                all.add(group);
              });
    }
    return all;
  }

  private static JsonValue plain(JsonValue value) {
    return value instanceof Obj
        ? TorchOptimizer.number(value).<JsonValue>map(Num::new).orElse(value)
        : value;
  }

  private static boolean isWithoutDecay(Obj group) {
    return group
        .get(DECAY)
        .flatMap(TorchOptimizer::number)
        .filter(text -> Double.parseDouble(text) == 0)
        .isPresent();
  }

  /** Adam of PyTorch corrects its averages, where Transformer Engine's has a word for that. */
  private static Obj group(Obj stored, boolean decay) {
    return stored
        .copy()
        .put("bias_correction", new Bool(true))
        .put("wd_mult", new Num(decay ? "1.0" : "0.0"))
        .put("lr_mult", new Num("1.0"))
        .put("is_expert_parallel", new Bool(false))
        .put("is_decoupled_lr", new Bool(false));
  }
}
