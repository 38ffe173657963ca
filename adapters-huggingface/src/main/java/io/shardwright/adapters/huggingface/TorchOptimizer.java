package io.shardwright.adapters.huggingface;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.TrainingState;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The state of an optimizer of PyTorch beside its model in a distributed checkpoint (PyTorch 2.7.1,
 * {@code torch/distributed/checkpoint/state_dict.py}), of which Adam's is read.
 *
 * <pre>
 * state  = words "state." parameter "." ("exp_avg" | "exp_avg_sq" | "step")
 * group  = words "param_groups." (number | parameter) "." setting     an object each
 * words  = [… "."] ("optim" | "optimizer" | …) "."
 * </pre>
 *
 * @param states the tensors that are as large as their parameters, by their names as companions
 * @param training the rest, and why the tensors are not read if they are not
 */
record TorchOptimizer(Map<String, ContainedTensor> states, TrainingState training) {
  private static final String WORDS = "((?:.*?\\.)?optim(?:izers?|s)?(?:_states?)?(?:_[0-9]+)?\\.)";

  private static final Pattern STATE = Pattern.compile(WORDS + "state\\.(?:(.+)\\.)?([^.]+)");
  private static final String KIND = "torch.optim";
  private static final String STEP = "step";

  /** Beyond which floating-point numbers count no steps. */
  private static final double STEPS = 1e15;

  private static final Set<String> AVERAGES = Set.of("exp_avg", "exp_avg_sq");

  /**
   * The optimizer in a checkpoint.
   *
   * @param model its tensors by the model's names
   * @param plain takes the words of wrappers from a name
   * @return empty where there is none, or it made no step
   */
  static Optional<TorchOptimizer> of(
      DistributedSet set,
      Map<String, ? extends ContainedTensor> model,
      UnaryOperator<String> plain) {
    if (keys(set).noneMatch(key -> STATE.matcher(key).matches())) {
      return Optional.empty();
    }
    return Optional.of(new Reading(set, model, plain).read());
  }

  private static Stream<String> keys(DistributedSet set) {
    return Stream.concat(set.tensors().keySet().stream(), set.objects().stream());
  }

  /** An object, or the number of a tensor; empty where that is none. */
  static Optional<JsonValue> value(DistributedSet set, String key) {
    var tensor = set.tensors().get(key);
    boolean one = tensor == null || tensor.spec().shape().elements() == 1;
    return one ? Optional.of(set.object(key)) : Optional.empty();
  }

  /** A number, or the one of a tensor. */
  static Optional<String> number(JsonValue value) {
    JsonValue own =
        value instanceof Obj call
                && call.get("_args_").orElse(null) instanceof Arr args
                && args.items().size() == 1
            ? args.items().get(0)
            : value;
    return own instanceof Num number ? Optional.of(number.text()) : Optional.empty();
  }

  private static final class Reading {
    private final DistributedSet set;
    private final UnaryOperator<String> plain;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, ContainedTensor> states = new LinkedHashMap<>();
    private final Set<String> steps = new TreeSet<>();
    private final Set<String> words = new TreeSet<>();
    private final List<String> unread = new ArrayList<>();
    private String before;

    Reading(
        DistributedSet set,
        Map<String, ? extends ContainedTensor> model,
        UnaryOperator<String> plain) {
      this.set = set;
      this.plain = plain;
      for (var tensor : model.entrySet()) {
        requireFloat32(tensor.getKey(), tensor.getValue());
      }
      stored(model).forEach((key, name) -> names.put(plain.apply(key), name));
    }

    /** What the model's tensors are called in the checkpoint. */
    private Map<String, String> stored(Map<String, ? extends ContainedTensor> model) {
      var byTensor = new IdentityHashMap<ContainedTensor, String>();
      model.forEach((name, tensor) -> byTensor.put(tensor, name));
      var stored = new LinkedHashMap<String, String>();
      set.tensors()
          .forEach(
              (key, tensor) -> {
                if (byTensor.containsKey(tensor)) {
                  stored.put(key, byTensor.get(tensor));
                }
              });
      return stored;
    }

    TorchOptimizer read() {
      keys(set).forEach(this::state);
      if (words.size() > 1) {
        refuse("it contains several optimizers, '" + String.join("', '", words) + "'");
      }
      if (steps.size() != 1) {
        refuse(
            steps.isEmpty()
                ? "its step is missing"
                : "its parameters are at different steps, " + String.join(", ", steps));
      }
      var groups = unread.isEmpty() ? groups() : List.<Obj>of();
      if (!unread.isEmpty()) {
        var none = TrainingState.of(KIND).unread(unread.get(0)).build();
        return new TorchOptimizer(Map.of(), none);
      }
      Num step = new Num(steps.iterator().next());
      var training =
          TrainingState.of(KIND + " (Adam)").progress(step.asLong(), OptionalLong.empty());
      groups.forEach(group -> training.group(group.put(STEP, step)));
      return new TorchOptimizer(states, training.build());
    }

    private List<Obj> groups() {
      return new TorchGroups(set, words.iterator().next()).read(this::refuse);
    }

    private void refuse(String why) {
      unread.add(why);
    }

    private void state(String key) {
      Matcher state = STATE.matcher(key);
      if (!unread.isEmpty() || !state.matches()) {
        return;
      }
      words.add(state.group(1));
      String kind = state.group(3);
      Optional<String> name = parameter(state.group(2));
      if (name.isEmpty()) {
        refuse(unnamed(key));
      } else if (kind.equals(STEP)) {
        step(key);
      } else if (AVERAGES.contains(kind) && set.tensors().containsKey(key)) {
        requireFloat32(key, set.tensors().get(key));
        states.put("optimizer.state." + kind + "." + name.get(), set.tensors().get(key));
      } else {
        refuse(
            "it has '"
                + kind
                + "'; the only PyTorch optimizer that is supported is Adam without amsgrad");
      }
    }

    private static String unnamed(String key) {
      return "'"
          + key
          + "' does not name a parameter"
          + (key.matches(".*\\.state\\.[0-9]+\\.\\w+")
              ? ": its parameters are numbered, expected names"
              : "")
          + (key.contains("flat_param") ? ": it belongs to the flat parameters of FSDP" : "");
    }

    /** An optimizer may be saved without the words that stand before the model's names. */
    private Optional<String> parameter(String stored) {
      String own = stored == null ? "" : plain.apply(stored);
      return Optional.ofNullable(names.getOrDefault(own, behindWords(own)));
    }

    private String behindWords(String own) {
      if (before == null) {
        before =
            names.keySet().stream()
                .filter(key -> key.endsWith("." + own))
                .map(key -> key.substring(0, key.length() - own.length()))
                .findFirst()
                .orElse(null);
      }
      return before == null ? null : names.get(before + own);
    }

    private void step(String key) {
      value(set, key)
          .flatMap(TorchOptimizer::number)
          .map(Double::parseDouble)
          .filter(step -> step >= 0 && step < STEPS && step == Math.rint(step))
          .ifPresentOrElse(
              step -> steps.add(Long.toString(step.longValue())),
              () -> refuse("'" + key + "' is not a whole number"));
    }

    private void requireFloat32(String key, ContainedTensor tensor) {
      if (tensor.spec().dtype() != DType.FLOAT32) {
        refuse(
            "'"
                + key
                + "' is "
                + tensor.spec().dtype().torchName()
                + "; an optimizer without master weights is supported only if all weights are"
                + " float32");
      }
    }
  }
}
