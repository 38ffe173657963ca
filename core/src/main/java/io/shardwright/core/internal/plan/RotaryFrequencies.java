package io.shardwright.core.internal.plan;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Size;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Computes the inverse frequencies of a rotary embedding, in the same steps as PyTorch: e = f32(2i)
 * / f32(d), p = f32(base^e), f32(1) / p, i = 0 … d/2-1 (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/position_embedding/rotary_position_embedding.py}).
 */
final class RotaryFrequencies {
  private static final String SHARE = "rotary_percentage";
  private static final long MOST_CHANNELS = 1 << 20;

  private RotaryFrequencies() {}

  /** The values, little-endian; as many as half the rotated channels. */
  static byte[] of(ModelConfig config) {
    double channels = new Size(Size.HEAD).in(config).orElse(0);
    double share = number(config, SHARE, 1);
    float base = (float) number(config, "rotary_base", 10_000);
    if (share > 1 || channels > MOST_CHANNELS) {
      throw config.unexpected(share > 1 ? SHARE : "kv_channels", "less");
    }
    int rotated = (int) (channels * share);
    var bytes = ByteBuffer.allocate((rotated + 1) / 2 * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rotated; i += 2) {
      float exponent = (float) i / (float) rotated;
      float power = (float) Math.pow(base, exponent);
      bytes.putFloat(1f / power);
    }
    return bytes.array();
  }

  private static double number(ModelConfig config, String key, double otherwise) {
    double number = config.number(key).orElse(otherwise);
    if (number <= 0) {
      throw config.unexpected(key, "a number over 0");
    }
    return number;
  }
}
