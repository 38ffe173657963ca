package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.spi.ModelConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The scaling of rotary positions. Linear scaling is NeMo's {@code seq_len_interpolation_factor};
 * Llama 3.1's is {@code scale_positional_embedding} with four numbers that NeMo reads from 2.2.0 on
 * (NeMo v2.2.0, {@code megatron_gpt_model.py}). NeMo has no other.
 */
final class RopeScaling {
  private static final String LINEAR = "seq_len_interpolation_factor";
  private static final Map<String, String> LLAMA3 =
      Map.of(
          "factor", "scale_factor",
          "low_freq_factor", "low_freq_factor",
          "high_freq_factor", "high_freq_factor",
          "original_max_position_embeddings", "old_context_len");

  private RopeScaling() {}

  private static Optional<String> text(ConfigImport into, String key) {
    return into.said("rope_scaling." + key, "rope_parameters." + key);
  }

  static void read(CommunityConfig config, ConfigImport into) {
    for (String place : List.of("rope_scaling", "rope_parameters")) {
      if (config.value(place).orElse(Null.NULL) instanceof Obj object
          && object.fields().values().stream().anyMatch(Obj.class::isInstance)) {
        into.problem(place + " differs by the kind of layer, expected the same for all");
      }
    }
    String kind =
        into.said(
                "rope_scaling.rope_type",
                "rope_scaling.type",
                "rope_parameters.rope_type",
                "rope_parameters.type")
            .orElse("default");
    switch (kind) {
      case "default" -> {}
      case "linear" -> text(into, "factor").ifPresent(factor -> into.set(LINEAR, factor));
      case "llama3" -> {
        into.set("scale_positional_embedding", "true");
        LLAMA3.forEach((key, nemo) -> text(into, key).ifPresent(value -> into.set(nemo, value)));
        into.note(
            "its rotary positions are scaled as Llama 3.1's: NeMo 1.23 can't express that, NeMo"
                + " 2.2.0 and later read the keys that were written");
      }
      default ->
          into.problem("rope_scaling is of kind '" + kind + "', which no NeMo 1.x can express");
    }
  }

  /** The object for both spellings; empty where positions are not scaled. */
  static Optional<Obj> write(ModelConfig config) {
    Optional<String> factor = config.text(LINEAR);
    if (factor.isPresent()) {
      return Optional.of(
          Obj.empty().put("type", new Str("linear")).put("factor", decimal(factor.get())));
    }
    if (!config.flag("scale_positional_embedding")) {
      return Optional.empty();
    }
    return Optional.of(
        Obj.empty()
            .put("rope_type", new Str("llama3"))
            .put("factor", decimal(config.text("scale_factor").orElse("8.0")))
            .put("low_freq_factor", decimal(config.text("low_freq_factor").orElse("1.0")))
            .put("high_freq_factor", decimal(config.text("high_freq_factor").orElse("4.0")))
            .put(
                "original_max_position_embeddings",
                new Num(config.text("old_context_len").orElse("8192"))));
  }

  private static Num decimal(String number) {
    return new Num(number.matches("-?[0-9]+") ? number + ".0" : number);
  }

  static JsonValue orNull(Optional<Obj> scaling) {
    return scaling.isPresent() ? scaling.get() : Null.NULL;
  }
}
