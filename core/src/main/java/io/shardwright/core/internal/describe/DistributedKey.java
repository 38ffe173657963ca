package io.shardwright.core.internal.describe;

import io.shardwright.spi.ParameterRule;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Converts names of parameters to those of a distributed checkpoint, in which layers and experts
 * are axes and have no number (Megatron-LM core_v0.5.0, {@code
 * megatron/core/transformer/transformer_block.py} and {@code transformer/moe/experts.py}).
 */
public final class DistributedKey {
  /** Halves of their own (Megatron-Core, {@code singleton_local_shards}). */
  private static final Pattern HALF = Pattern.compile("\\.(?:weight|bias)_[wv]$");

  private DistributedKey() {}

  /** The key of a rule's parameter, without a prefix. */
  public static String of(ParameterRule rule) {
    return of(pattern(rule));
  }

  /** The name by which the key goes: whatever the form of experts, their canonical one. */
  static String pattern(ParameterRule rule) {
    return ExpertBlocks.isExpert(rule) ? rule.canonical() : rule.pattern();
  }

  /** The key of a rule's tensor; the last parameter as below. */
  public static String of(ParameterRule rule, List<Integer> indexes, boolean alike) {
    return of(pattern(rule), indexes, alike);
  }

  /**
   * The key of a tensor: that of all layers, or one of its layer's own where layers are not alike
   * (Megatron-Core 0.19, {@code megatron/core/transformer/transformer_block.py}, {@code
   * sharded_state_dict}).
   *
   * @param alike whether all layers are
   */
  public static String of(String pattern, List<Integer> indexes, boolean alike) {
    return alike || indexes.isEmpty()
        ? of(pattern)
        : LogicalTensor.name(inLayer(pattern), indexes.subList(0, 1));
  }

  /** The key of one layer's array, with a star for the layer. */
  public static String inLayer(ParameterRule rule) {
    return inLayer(pattern(rule));
  }

  private static String inLayer(String pattern) {
    int star = pattern.indexOf('*') + 1;
    return pattern.substring(0, star) + of(pattern.substring(star));
  }

  /** The key of a pattern. */
  public static String of(String pattern) {
    return pattern
        .replace(".*", "")
        .replace("*", "")
        .replace("experts.local_experts", "experts.experts");
  }

  /** The name of a parameter whose layer and expert the key tells. */
  static String ofOneExpert(String key) {
    return key.replace("experts.experts", "experts.local_experts");
  }

  /**
   * The key of a norm that stands apart. Layers that aren't Transformer Engine's store the norm
   * before experts under the name that it has before an MLP (Megatron-Core 0.16, {@code
   * megatron/core/models/gpt/gpt_layer_specs.py}, {@code sharded_state_dict_keys_map}).
   */
  static String apart(String key) {
    return key.replace("mlp.linear_fc1.layer_norm_", "pre_mlp_layernorm.");
  }

  /**
   * The key of a norm that is a part of the linear layer behind it. Layers that aren't Transformer
   * Engine's have it apart, and PyTorch alone saves it under that name.
   */
  static String fused(String key) {
    return key.replace("input_layernorm.", "self_attention.linear_qkv.layer_norm_")
        .replace("pre_mlp_layernorm.", "mlp.linear_fc1.layer_norm_");
  }

  /** The key of the whole of which an array is a half; empty for a whole. */
  static Optional<String> whole(String key) {
    boolean half = HALF.matcher(key).find();
    return half ? Optional.of(key.substring(0, key.length() - 2)) : Optional.empty();
  }

  /** What stands behind the key of a module's object. */
  public static String shard(List<Integer> indexes, List<Integer> extents) {
    return "shard_" + dots(indexes) + "_" + dots(extents);
  }

  /**
   * The file of a module's object. Python's {@code Path.with_suffix} cuts the last number of the
   * shape off where there are several.
   */
  public static String file(List<Integer> indexes, List<Integer> extents) {
    String name = shard(indexes, extents);
    int dot = name.lastIndexOf('.');
    return (dot > name.lastIndexOf('_') ? name.substring(0, dot) : name) + ".pt";
  }

  private static String dots(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining("."));
  }
}
