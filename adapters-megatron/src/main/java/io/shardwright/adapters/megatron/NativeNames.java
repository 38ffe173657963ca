package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.DenseTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the names and forms of a rank's file of Megatron-Core into those that Transformer Engine's
 * modules have there: norms are a part of the linear layer behind them, and each expert has tensors
 * of its own (Megatron-LM core_v0.16.0, {@code megatron/core/models/gpt/gpt_layer_specs.py}, {@code
 * megatron/core/transformer/moe/experts.py}).
 */
final class NativeNames {
  /** What the inside of a layer that predicts ahead was called up to Megatron-Core 0.16. */
  private static final String OLDER_INNER = "transformer_layer";

  private static final String STATE = "_extra_state";
  private static final Pattern NORM =
      Pattern.compile("(.*layers\\.[0-9]+\\.)(input|pre_mlp)_layernorm\\.(weight|bias)");
  private static final Pattern GROUPED =
      Pattern.compile("(.*\\.experts\\.)(linear_fc[12]\\.)(weight|bias)([0-9]+)");
  private static final Pattern EXPERT =
      Pattern.compile("(.*\\.experts\\.)local_experts\\.([0-9]+)\\.(.*)");
  private static final Pattern JOINED = Pattern.compile("(.*\\.experts\\.)weight([12])");

  private final Map<String, ? extends DenseTensor> stored;
  private final Map<String, DenseTensor> named = new LinkedHashMap<>();
  private final long experts;

  private NativeNames(Map<String, ? extends DenseTensor> stored, long experts) {
    this.stored = stored;
    this.experts = experts;
  }

  /**
   * The parameters of a rank's model.
   *
   * @param experts of a layer on a rank, which one tensor may hold
   */
  static Map<String, DenseTensor> of(Map<String, ? extends DenseTensor> model, long experts) {
    var names = new NativeNames(model, experts);
    model.forEach(names::add);
    return names.named;
  }

  /** What modules of all experts of a layer call the parameters and states of one. */
  static String grouped(String name) {
    Matcher expert = EXPERT.matcher(name);
    if (!expert.matches()) {
      return name;
    }
    String number = isState(name) ? "" : expert.group(2);
    return expert.group(1) + expert.group(3) + number;
  }

  /** Whether something is a module's state, which is no parameter. */
  static boolean isState(String name) {
    return name.endsWith(STATE);
  }

  /** Whether a tensor of a model is none of its parameters, which no optimizer knows. */
  static boolean isBuffer(String name) {
    return isState(name) || name.endsWith(".expert_bias") || name.endsWith("inv_freq");
  }

  private void add(String name, DenseTensor tensor) {
    if (isState(name)) {
      return;
    }
    Matcher joined = JOINED.matcher(name);
    if (joined.matches() && tensor.spec().shape().rank() == 2 && experts > 0) {
      split(joined.group(1), joined.group(2).equals("1"), tensor);
      return;
    }
    Matcher grouped = GROUPED.matcher(name);
    named.put(
        grouped.matches()
            ? expert(grouped.group(1), grouped.group(4)) + grouped.group(2) + grouped.group(3)
            : norm(name.replace("." + OLDER_INNER + ".", ".mtp_model_layer.")),
        tensor);
  }

  private static String expert(String experts, String number) {
    return experts + "local_experts." + number + ".";
  }

  /** All experts in one tensor: block after block, each of them transposed. */
  private void split(String before, boolean first, DenseTensor tensor) {
    var dims = tensor.spec().shape().dims();
    long inputs = first ? dims.get(0) : dims.get(0) / experts;
    long outputs = first ? dims.get(1) / experts : dims.get(1);
    for (long number = 0; number < experts; number++) {
      String name = expert(before, Long.toString(number)) + (first ? "linear_fc1" : "linear_fc2");
      named.put(
          name + ".weight",
          tensor.view(number * inputs * outputs, List.of(outputs, inputs), List.of(1L, outputs)));
    }
  }

  /** A norm of its own, where the layer behind it has such a name for it and has it not. */
  private String norm(String name) {
    Matcher norm = NORM.matcher(name);
    if (!norm.matches()) {
      return name;
    }
    String linear =
        norm.group(1)
            + (norm.group(2).equals("input") ? "self_attention.linear_qkv." : "mlp.linear_fc1.");
    String fused = linear + "layer_norm_" + norm.group(3);
    Set<String> names = stored.keySet();
    return names.contains(linear + "weight") && !names.contains(fused) ? fused : name;
  }
}
