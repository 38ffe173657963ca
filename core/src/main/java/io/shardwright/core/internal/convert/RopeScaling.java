package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Converts the scaling of rotary positions between NeMo and Hugging Face. Linear scaling is NeMo's
 * {@code seq_len_interpolation_factor}; Llama 3.1's is {@code scale_positional_embedding} with four
 * numbers that NeMo reads from 2.2.0 on (NeMo v2.2.0, {@code megatron_gpt_model.py}). NeMo has no
 * other.
 */
final class RopeScaling implements DialectEngine.Relation {
  private static final String LINEAR = "seq_len_interpolation_factor";
  private static final Map<String, String> LLAMA3 =
      new TreeMap<>(
          Map.of(
              "factor", "scale_factor",
              "low_freq_factor", "low_freq_factor",
              "high_freq_factor", "high_freq_factor",
              "original_max_position_embeddings", "old_context_len"));

  static final List<String> KINDS =
      List.of(
          "rope_scaling.rope_type",
          "rope_scaling.type",
          "rope_parameters.rope_type",
          "rope_parameters.type");

  /** A number that decides the scaling; the first place that has it counts. */
  static Optional<String> number(Reading into, String key) {
    var places = Stream.of("rope_scaling.", "rope_parameters.").map(place -> place + key);
    boolean sound = places.filter(place -> !into.kinds().require(place, Kind.NUMBER)).count() == 0;
    return sound
        ? into.statements()
            .of(List.of("rope_scaling." + key, "rope_parameters." + key), Optional.empty())
        : Optional.empty();
  }

  @Override
  public void read(ConfigKey row, Optional<String> said, Reading into) {
    for (String place : List.of("rope_scaling", "rope_parameters")) {
      if (into.document().value(place).orElse(null) instanceof Obj object
          && object.fields().values().stream().anyMatch(Obj.class::isInstance)) {
        into.problems().add(place + " differs by the kind of layer, expected the same for all");
      }
    }
    KINDS.forEach(key -> into.kinds().require(key, Kind.TEXT));
    String kind = into.statements().of(KINDS, Optional.empty()).or(row::absent).orElse("default");
    switch (kind) {
      case "default" -> {}
      case "linear" -> number(into, "factor").ifPresent(factor -> into.set(LINEAR, factor));
      case "llama3" -> {
        into.set("scale_positional_embedding", "true");
        LLAMA3.forEach((key, nemo) -> number(into, key).ifPresent(value -> into.set(nemo, value)));
        into.unplaced()
            .add(
                "its rotary positions are scaled as Llama 3.1's: NeMo 1.23 can't express that, NeMo"
                    + " 2.2.0 and later read the keys that were written");
      }
      default ->
          into.problems()
              .add("rope_scaling is of kind '" + kind + "', which no NeMo 1.x can express");
    }
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    Optional<Obj> scaling = scaling(out.config());
    out.put("rope_scaling", scaling.isPresent() ? scaling.get() : Null.NULL);
    Obj parameters = Obj.empty().put("rope_type", new Str("default"));
    scaling
        .map(Obj::fields)
        .orElse(Map.of())
        .forEach((key, number) -> parameters.put(key.equals("type") ? "rope_type" : key, number));
    out.config()
        .text("rotary_base")
        .ifPresent(base -> parameters.put("rope_theta", DialectDocument.spelt(base)));
    out.config()
        .text("rotary_percentage")
        .filter(share -> !Scalars.equal(share, "1"))
        .map(DialectDocument::spelt)
        .ifPresent(share -> parameters.put("partial_rotary_factor", share));
    out.put("rope_parameters", parameters);
  }

  /** The object for both spellings; empty where positions are not scaled. */
  private static Optional<Obj> scaling(ModelConfig config) {
    if (config.number(LINEAR).isPresent()) {
      return Optional.of(
          Obj.empty().put("type", new Str("linear")).put("factor", number(config, LINEAR, "")));
    }
    if (!config.flag("scale_positional_embedding")) {
      return Optional.empty();
    }
    return Optional.of(
        Obj.empty()
            .put("rope_type", new Str("llama3"))
            .put("factor", number(config, "scale_factor", "8.0"))
            .put("low_freq_factor", number(config, "low_freq_factor", "1.0"))
            .put("high_freq_factor", number(config, "high_freq_factor", "4.0"))
            .put(
                "original_max_position_embeddings",
                Num.of(config.count("old_context_len", 1).orElse(8192))));
  }

  private static Num number(ModelConfig config, String key, String otherwise) {
    String number = config.number(key).isPresent() ? config.text(key).orElse(otherwise) : otherwise;
    return new Num(number.matches("-?[0-9]+") ? number + ".0" : number);
  }
}
