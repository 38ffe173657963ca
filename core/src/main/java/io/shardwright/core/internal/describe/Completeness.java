package io.shardwright.core.internal.describe;

import static java.util.Collections.newSetFromMap;

import io.shardwright.spi.Condition;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Checks that a checkpoint holds every parameter of its family in every layer that the
 * configuration states.
 */
final class Completeness {
  private static final int NAMED = 5;

  private final String source;
  private final ModelFamilyAdapter family;
  private final ModelConfig config;
  private final List<ParameterRule> rules;
  private final List<LayerStack> stacks;
  private final Map<String, Set<List<Integer>>> present = new HashMap<>();

  /**
   * Rows by whose further names the checkpoint has what others of that canonical name stand for.
   */
  private final Map<String, ParameterRule> named = new HashMap<>();

  private String prefix = "";

  Completeness(
      String source, ModelFamilyAdapter family, ModelConfig config, ParameterTable inForce) {
    this.source = source;
    this.family = family;
    this.config = config;
    this.rules = inForce.rules();
    this.stacks = StageLayers.used(family.stacks(), inForce);
  }

  /**
   * Refuses a checkpoint that lacks parameters, or whose layers or experts are not as many as its
   * configuration says.
   *
   * @throws MalformedCheckpointException if parts are absent, or the configuration is wrong
   * @throws UnsupportedCheckpointException if it lacks all that a row of the family stands for
   */
  void require(List<LogicalTensor> tensors) {
    for (LogicalTensor tensor : tensors) {
      if (!Companions.isCompanion(tensor.id())) {
        prefix = tensor.prefix();
        present
            .computeIfAbsent(tensor.rule().canonical(), canonical -> new HashSet<>())
            .add(tensor.indexes());
        if (tensor.rule().traits().has(Flag.READ_ALONE)) {
          named.put(tensor.rule().canonical(), tensor.rule());
        }
      }
    }
    var stacks = this.stacks.stream().map(stack -> stack(stack, family.stacks())).toList();
    long experts = found(1, rules);
    requireRows(stacks);
    requireExperts(stacks, experts);
    stacks.forEach(stack -> requireWhole(stack, experts));
    for (Stack stack : stacks) {
      String what = stacks.size() == 1 ? "layers" : "layers of " + stack.stack().name();
      requireCount(stack.stack().count().keys(config), stack.stated(), stack.found(), what);
    }
    new StateCompleteness(source).require(tensors);
  }

  /** Refuses experts that are too many or absent in every layer, by layer and number. */
  private void requireExperts(List<Stack> stacks, long found) {
    for (Stack stack : stacks) {
      for (ParameterRule rule : stack.rows()) {
        long stated = isRequired(rule) ? ExpertBlocks.count(rule, config) : 0;
        var odd = stated == 0 ? List.<String>of() : odd(rule, stack, stated, found);
        if (!odd.isEmpty()) {
          var keys = rule.traits().experts().stream().toList();
          String how = found > stated ? ", with " : ", without ";
          requireCount(keys, OptionalLong.of(stated), found, "experts" + how + named(odd));
        }
      }
    }
  }

  /** The experts of a row that are beyond those that are stated, or the first that is absent. */
  private List<String> odd(ParameterRule rule, Stack stack, long stated, long found) {
    if (found < stated) {
      return found == 0 ? List.of() : List.of(name(rule, List.of(first(rule, stack), (int) found)));
    }
    return present.getOrDefault(rule.canonical(), Set.of()).stream()
        .filter(indexes -> indexes.get(1) >= stated)
        .sorted(Comparator.comparing(List::toString))
        .map(indexes -> name(rule, indexes))
        .toList();
  }

  private int first(ParameterRule rule, Stack stack) {
    return IntStream.range(0, (int) stack.found())
        .filter(layer -> rule.isOn(config, layer))
        .findFirst()
        .orElse(0);
  }

  /**
   * A stack of the family.
   *
   * @param rows one for every layer
   * @param found one more than the largest layer's number
   * @param stated as many as the configuration says
   */
  private record Stack(
      LayerStack stack, List<ParameterRule> rows, long found, OptionalLong stated) {}

  private Stack stack(LayerStack stack, List<LayerStack> all) {
    var rows =
        rules.stream()
            .filter(ParameterRule::perLayer)
            .filter(rule -> LayerStack.of(all, rule.canonical()).equals(stack))
            .toList();
    return new Stack(stack, rows, found(0, rows), stack.layers(config));
  }

  /** One more than the largest number that stands for a star. */
  private long found(int star, List<ParameterRule> among) {
    return among.stream()
        .flatMap(rule -> present.getOrDefault(rule.canonical(), Set.of()).stream())
        .filter(indexes -> indexes.size() > star)
        .mapToLong(indexes -> indexes.get(star) + 1L)
        .max()
        .orElse(0);
  }

  private static boolean isRequired(ParameterRule rule) {
    return !rule.traits().mayBeAbsent()
        && !rule.traits().rotary()
        && !rule.traits().has(Flag.READ_ALONE);
  }

  private boolean isSomewhere(ParameterRule row, Stack stack) {
    long all = Math.min(stack.found(), stack.stated().orElse(stack.found()));
    return row.uniform()
        || IntStream.range(0, Math.toIntExact(all)).anyMatch(layer -> row.isOn(config, layer));
  }

  private void requireRows(List<Stack> stacks) {
    var there =
        stacks.stream()
            .filter(stack -> stack.found() > 0)
            .flatMap(stack -> stack.rows().stream().filter(row -> isSomewhere(row, stack)))
            .collect(Collectors.toCollection(() -> newSetFromMap(new IdentityHashMap<>())));
    var absent =
        rules.stream()
            .filter(rule -> isRequired(rule) && !present.containsKey(rule.canonical()))
            .filter(rule -> !rule.perLayer() || there.contains(rule))
            .toList();
    if (absent.isEmpty()) {
      return;
    }
    var keys = absent.stream().flatMap(r -> r.conditions().stream()).map(Condition::key).distinct();
    String said = config.saying(keys.toList());
    throw new UnsupportedCheckpointException(
        ErrorCode.FAMILY_MISFIT,
        source,
        "lacks "
            + named(absent.stream().map(rule -> name(rule, List.of(0, 0))).toList())
            + (absent.stream().anyMatch(ParameterRule::perLayer) ? ", in every layer" : "")
            + ": family '"
            + family.id()
            + "' has it"
            + (said.isEmpty() ? "" : ", where " + said));
  }

  private void requireWhole(Stack stack, long experts) {
    var missing = new ArrayList<String>();
    long all = Math.min(stack.found(), stack.stated().orElse(stack.found()));
    for (ParameterRule rule : stack.rows()) {
      boolean byExpert = ExpertBlocks.stars(rule.canonical()) > 1;
      var held = present.getOrDefault(rule.canonical(), Set.of());
      for (int layer = 0; isRequired(rule) && layer < all; layer++) {
        boolean on = rule.uniform() || rule.isOn(config, layer);
        for (int expert = 0; on && expert < (byExpert ? experts : 1); expert++) {
          var indexes = byExpert ? List.of(layer, expert) : List.of(layer);
          if (!held.contains(indexes)) {
            missing.add(name(rule, indexes));
          }
        }
      }
    }
    boolean layered = stack.rows().stream().anyMatch(Completeness::isRequired);
    boolean none = layered && stack.found() == 0 && stack.stated().orElse(0) > 0;
    if (!missing.isEmpty() || none) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          source,
          "lacks "
              + (missing.isEmpty()
                  ? all(stack.stack())
                  : named(missing.stream().distinct().toList()) + ", which other layers have")
              + ": the file is incomplete");
    }
  }

  private String all(LayerStack stack) {
    return stacks.size() == 1 ? "all layers" : "all layers of " + stack.name();
  }

  private void requireCount(List<String> keys, OptionalLong stated, long found, String what) {
    boolean counted = rules.stream().anyMatch(rule -> rule.perLayer());
    if (counted && stated.isPresent() && stated.getAsLong() != found && found > 0) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          source,
          config.saying(keys)
              + ", found "
              + found
              + " "
              + what
              + (found < stated.getAsLong() ? ": the others are absent, or " : ": ")
              + "the configuration is of another model");
    }
  }

  private String name(ParameterRule row, List<Integer> indexes) {
    ParameterRule rule = named.getOrDefault(row.canonical(), row);
    String name = prefix + LogicalTensor.name(rule.pattern(), indexes);
    return ExpertBlocks.stacked(rule) ? name + "' of expert '" + indexes.get(1) : name;
  }

  private static String named(List<String> names) {
    int more = names.size() - NAMED;
    return names.size()
        + (names.size() == 1 ? " tensor" : " tensors")
        + ", '"
        + String.join("', '", names.subList(0, Math.min(NAMED, names.size())))
        + (more > 0 ? "' and " + more + " more" : "'");
  }
}
