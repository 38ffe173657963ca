package io.shardwright.core.internal.plan;

import io.shardwright.spi.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The inverse frequencies of a rotary embedding, in the steps in which PyTorch takes them: e =
 * f32(2i) / f32(d), p = f32(base^e), f32(1) / p, i = 0 … d/2-1 (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/position_embedding/rotary_position_embedding.py}).
 */
final class RotaryFrequencies {
  private RotaryFrequencies() {}

  /** The values, little-endian; as many as half the rotated channels. */
  static byte[] of(ModelConfig config) {
    long heads = config.integer("num_attention_heads").orElse(1);
    long channels =
        config
            .integer("kv_channels")
            .orElseGet(() -> config.integer("hidden_size").orElse(0) / Math.max(1, heads));
    double share = config.text("rotary_percentage").map(Double::parseDouble).orElse(1.0);
    float base = config.text("rotary_base").map(Float::parseFloat).orElse(10_000f);
    int rotated = (int) (channels * share);
    var bytes = ByteBuffer.allocate((rotated + 1) / 2 * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rotated; i += 2) {
      float exponent = (float) i / (float) rotated;
      float power = (float) Math.pow(base, exponent);
      bytes.putFloat(1f / power);
    }
    return bytes.array();
  }
}
