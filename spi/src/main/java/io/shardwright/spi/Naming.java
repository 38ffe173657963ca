package io.shardwright.spi;

/** The conventions by which parameters are named. */
public enum Naming {
  /**
   * The names of NeMo's own networks, such as {@code self_attention.query_key_value} and {@code
   * mlp.dense_h_to_4h} (NeMo v1.23.0, {@code nemo/collections/nlp/modules/common/megatron}).
   */
  LEGACY,
  /**
   * The names of Megatron-Core, such as {@code self_attention.linear_qkv} and {@code
   * mlp.linear_fc1} (Megatron-LM core_v0.5.0, {@code megatron/core/transformer}).
   */
  MCORE,
  /** The names of a Hugging Face class. */
  HUGGING_FACE
}
