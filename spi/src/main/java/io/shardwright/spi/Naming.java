package io.shardwright.spi;

/** The vocabularies of parameter names. */
public enum Naming {
  /**
   * NeMo's own networks: {@code self_attention.query_key_value}, {@code mlp.dense_h_to_4h} (NeMo
   * v1.23.0, {@code nemo/collections/nlp/modules/common/megatron}).
   */
  LEGACY,
  /**
   * Megatron-Core: {@code self_attention.linear_qkv}, {@code mlp.linear_fc1} (Megatron-LM
   * core_v0.5.0, {@code megatron/core/transformer}).
   */
  MCORE,
  /** A Hugging Face class's own. */
  HUGGING_FACE
}
