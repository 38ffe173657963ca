package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.same;

import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;

/** What decoders with rotary positions have in common in transformers' {@code config.json}. */
public final class DecoderKeys {
  private DecoderKeys() {}

  /**
   * The table without norm and activation.
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
        same("num_query_groups", "num_key_value_heads"),
        headSize("head_dim"),
        same(length, length).orElse(positions),
        also("encoder_seq_length", length).orElse(positions),
        also("data.seq_length", length).orElse(positions),
        same("init_method_std", "initializer_range").orElse("0.02"),
        same("layernorm_epsilon", epsilonKey).orElse(epsilon),
        same("attention_dropout", "attention_dropout").orElse("0.0"),
        same("share_embeddings_and_output_weights", "tie_word_embeddings").orElse(tied),
        TransformersKeys.ROTARY_BASE.orElse("10000.0"),
        TransformersKeys.ROPE_SCALING,
        means("position_embedding_type", "rope"));
  }
}
