package io.shardwright.core.internal.describe;

import java.util.List;

/**
 * The prefixes that NeMo puts before a parameter's name: the attribute that holds the network (NeMo
 * v1.23.0, {@code megatron_gpt_model.py} and {@code megatron_lm_encoder_decoder_model.py}), the
 * wrapper of one in 16 bits, and NeMo 2's.
 */
public final class NamePrefix {
  private static final String NEMO_2 = "module.";
  private static final List<String> PREFIXES =
      List.of("model.module.", "model.", "enc_dec_model.module.", "enc_dec_model.", NEMO_2);

  private NamePrefix() {}

  /** Whether NeMo 1 would have put another one there. */
  public static boolean isBare(String prefix) {
    return prefix.isEmpty() || prefix.equals(NEMO_2);
  }

  /** The prefix of a stored name, an optimizer's among it; empty where it has none. */
  public static String of(String name) {
    String companion = Companions.prefix(name);
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix, companion.length())) {
        return companion + prefix;
      }
    }
    return companion;
  }
}
