package io.shardwright.core.internal.convert;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelConfig.Kind;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * YaRN's numbers under Megatron-Core's keys (0.19, {@code transformer_config.py}, {@code
 * MLATransformerConfig}) and under transformers' (5.24.0, {@code modeling_rope_utils.py}). Of a
 * model without, Megatron-Core's factor is 1.
 */
final class LatentScaling implements DialectEngine.Relation {
  private static final String TYPE = "rope_type";
  private static final String FACTOR = "rotary_scaling_factor";
  private static final String SCALE = "mscale";
  private static final String SCALE_ALL = "mscale_all_dim";

  /** Where transformers and Megatron-Core take other numbers for keys that are absent. */
  private static final Map<String, String> DEFAULTS =
      Map.of("beta_fast", "32", "beta_slow", "1", SCALE, "0", SCALE_ALL, "0");

  @Override
  public void read(ConfigKey row, Optional<String> said, Reading in) {
    RopeScaling.KINDS.forEach(key -> in.kinds().require(key, Kind.TEXT));
    String kind = in.statements().of(RopeScaling.KINDS, Optional.empty()).orElse("default");
    in.set(TYPE, "yarn");
    switch (kind) {
      case "default" -> List.of(FACTOR, SCALE, SCALE_ALL).forEach(key -> in.set(key, "1.0"));
      case "yarn" -> yarn(in);
      default ->
          in.problems()
              .add("rope_scaling is of kind '" + kind + "', which latent attention can't express");
    }
  }

  private static void yarn(Reading in) {
    RopeScaling.number(in, "factor").ifPresent(factor -> in.set(FACTOR, factor));
    RopeScaling.number(in, "original_max_position_embeddings")
        .ifPresent(length -> in.set("original_max_position_embeddings", length));
    DEFAULTS.forEach((key, absent) -> in.set(key, RopeScaling.number(in, key).orElse(absent)));
    boolean one = isZero(in, SCALE) != isZero(in, SCALE_ALL);
    if (one) {
      in.problems().add("rope_scaling has one of mscale and mscale_all_dim, expected both or none");
    } else if (isZero(in, SCALE)) {
      in.set(SCALE, "1.0");
    }
    RopeScaling.number(in, "attention_factor")
        .ifPresent(factor -> in.problems().add("rope_scaling has attention_factor, expected none"));
    for (String place : List.of("rope_scaling.truncate", "rope_parameters.truncate")) {
      in.document()
          .text(place)
          .filter("false"::equals)
          .ifPresent(off -> in.problems().add(place + " is false, expected true"));
    }
  }

  private static boolean isZero(ModelConfig config, String key) {
    return config.number(key).orElse(0) == 0;
  }

  @Override
  public void write(ConfigKey row, Optional<String> value, Writing out) {
    value.ifPresent(linear -> out.refuse(row, linear, ""));
    ModelConfig config = out.config();
    boolean scaled =
        config.text(TYPE).filter("rope"::equals).isEmpty() && config.number(FACTOR).orElse(1) != 1;
    Obj parameters = Obj.empty().put("rope_type", new Str(scaled ? "yarn" : "default"));
    var numbers = scaled ? numbers(config, out) : Map.<String, String>of();
    numbers.forEach((key, number) -> parameters.put(key, DialectDocument.spelt(number)));
    if (scaled) {
      out.put("rope_scaling", parameters.copy().put("type", new Str("yarn")));
    } else {
      out.put("rope_scaling", Null.NULL);
    }
    config
        .text("rotary_base")
        .ifPresent(base -> parameters.put("rope_theta", DialectDocument.spelt(base)));
    out.put("rope_parameters", parameters);
  }

  private static Map<String, String> numbers(ModelConfig config, Writing out) {
    var numbers = new LinkedHashMap<String, String>();
    numbers.put("factor", config.text(FACTOR).orElseThrow());
    String length = "original_max_position_embeddings";
    numbers.put(length, config.text(length).orElse("4096"));
    numbers.put("beta_fast", config.text("beta_fast").orElse("32"));
    numbers.put("beta_slow", config.text("beta_slow").orElse("1"));
    if (!isZero(config, SCALE_ALL)) {
      numbers.put(SCALE, config.text(SCALE).orElse("1.0"));
      numbers.put(SCALE_ALL, config.text(SCALE_ALL).orElse("1.0"));
    } else if (config.number(SCALE).orElse(1) != 1) {
      out.problems().add("mscale is " + config.text(SCALE).orElse("") + " without mscale_all_dim");
    }
    return numbers;
  }
}
