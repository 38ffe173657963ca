package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.same;

import io.shardwright.spi.Condition;
import io.shardwright.spi.config.Codec.Otherwise;
import io.shardwright.spi.config.Codec.Side;
import io.shardwright.spi.config.Codec.Usual;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What decoders with rotary positions have in common in transformers' {@code config.json}. */
public final class DecoderKeys {
  /**
   * What Megatron-Core's GPTModel can have beside a plain decoder's parts, by its keys, and the
   * values with which a model has it not. Those of parts that are told by a flag are read with it.
   */
  private static final Map<String, List<String>> PARTS =
      Map.ofEntries(
          Map.entry("qk_layernorm", List.of("null", "false")),
          Map.entry("softmax_type", List.of("null", "vanilla")),
          Map.entry("attention_output_gate", List.of("null", "false")),
          Map.entry("experimental_attention_variant", List.of("null")),
          Map.entry(McoreLatentAttention.KEY, List.of("null", "false")),
          Map.entry("layernorm_zero_centered_gamma", List.of("null", "false")),
          Map.entry("add_qkv_bias", List.of("null", "false")),
          Map.entry("rotary_interleaved", List.of("null", "false")),
          Map.entry("window_attn_skip_freq", List.of("null")),
          Map.entry("no_rope_freq", List.of("null")),
          Map.entry("activation_func_clamp_value", List.of("null")),
          Map.entry("glu_linear_offset", List.of("null")),
          Map.entry(McoreGptTable.EXPERTS, List.of("null")),
          Map.entry("moe_layer_freq", List.of("null", "1")),
          Map.entry(McoreAttention.SPECIFICATION, List.of("null")),
          Map.entry("moe_ffn_hidden_size", List.of("null")),
          Map.entry("moe_latent_size", List.of("null")),
          Map.entry("moe_shared_expert_intermediate_size", List.of("null")),
          Map.entry("moe_shared_expert_gate", List.of("null", "false")),
          Map.entry("moe_router_enable_expert_bias", List.of("null", "false")),
          Map.entry("moe_router_score_function", List.of("null", "softmax")),
          Map.entry("moe_router_topk_scaling_factor", List.of("null")),
          Map.entry("moe_router_num_groups", List.of("null")),
          Map.entry("mtp_num_layers", List.of("null", "0")));

  /** The share of a head's channels that are rotated. */
  private static final String ROTATED = "rotary_percentage";

  private DecoderKeys() {}

  /**
   * The share of a head's channels that are rotated, in all places where transformers has had it.
   *
   * @param absent what it is where the document doesn't say
   * @return a row
   */
  public static ConfigKey rotaryShare(String absent) {
    String share = "partial_rotary_factor";
    return ConfigKey.of(
            ROTATED,
            new Otherwise("1.0"),
            share,
            "rope_parameters." + share,
            "rope_scaling." + share)
        .orElse(absent);
  }

  /**
   * Adds that a class has none of the parts that its table doesn't have.
   *
   * @param keys the class's table; a row of a part's key says that it has it
   * @return with a row for every other part
   */
  public static Dialect plain(Dialect keys) {
    var said = keys.rows().stream().map(ConfigKey::canonical).toList();
    return keys.with(
        PARTS.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .filter(part -> !said.contains(part.getKey()))
            .map(part -> means(part.getKey(), part.getValue().toArray(String[]::new)))
            .toArray(ConfigKey[]::new));
  }

  /**
   * Returns conditions under which a model has no other part than a class, and no other layers.
   *
   * @param keys the class's whole table
   * @return for {@link io.shardwright.spi.HuggingFaceModel.Builder#picks}
   */
  public static List<Condition> parts(Dialect keys) {
    return Stream.concat(
            keys.rows().stream()
                .filter(row -> row.own().isEmpty())
                .filter(
                    row ->
                        row.values().equals(PARTS.get(row.canonical()))
                            || row.canonical().equals(ROTATED))
                .map(row -> new Condition(row.canonical(), row.values(), false)),
            keys.rows().stream().anyMatch(row -> row.canonical().equals(McoreGptTable.NAME))
                ? Stream.of()
                : Stream.of(
                    new Condition(McoreGptTable.NAME, List.of(McoreGptTable.SPECIFICATIONS), true)))
        .toList();
  }

  /**
   * The table without norm and activation, of heads that are rotated whole.
   *
   * @param positions how many there are where the document doesn't say
   * @param epsilonKey its key of the norm's epsilon
   * @param epsilon the epsilon where it doesn't say
   * @param tied whether the embeddings are the output layer's too where it doesn't say
   * @return for a class to add to
   */
  public static Dialect of(String positions, String epsilonKey, String epsilon, String tied) {
    String length = "max_position_embeddings";
    return TransformersKeys.CAUSAL.with(
        same("num_layers", "num_hidden_layers"),
        same("hidden_size", "hidden_size"),
        same("ffn_hidden_size", "intermediate_size"),
        same("num_attention_heads", "num_attention_heads"),
        ConfigKey.of(
            "num_query_groups",
            new Usual("num_attention_heads", Side.EITHER),
            "num_key_value_heads"),
        headSize("head_dim"),
        same(length, length).orElse(positions),
        also("encoder_seq_length", length).orElse(positions),
        also("data.seq_length", length).orElse(positions),
        same("init_method_std", "initializer_range").orElse("0.02"),
        ConfigKey.of("layernorm_epsilon", new Otherwise("1e-05"), epsilonKey).orElse(epsilon),
        same("attention_dropout", "attention_dropout").orElse("0.0"),
        ConfigKey.of(
                "share_embeddings_and_output_weights", new Otherwise("true"), "tie_word_embeddings")
            .orElse(tied),
        TransformersKeys.ROTARY_BASE.orElse("10000.0"),
        TransformersKeys.ROPE_SCALING,
        means(ROTATED, "1.0", "1", "null"),
        means("position_embedding_type", "rope"));
  }
}
