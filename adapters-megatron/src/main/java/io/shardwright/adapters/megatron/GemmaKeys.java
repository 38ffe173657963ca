package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Gemmas in {@code run_config.yaml}: Megatron-Bridge 0.6.2 has classes for them, which bring their
 * layers and some values without a key ({@code models/gemma/gemma_provider.py}, {@code
 * gemma2_provider.py} and {@code gemma3_provider.py}).
 */
final class GemmaKeys {
  private static final String FIRST =
      "megatron.bridge.models.gemma.gemma_provider.GemmaModelProvider";
  private static final String SECOND =
      "megatron.bridge.models.gemma.gemma2_provider.Gemma2ModelProvider";
  private static final String THIRD =
      "megatron.bridge.models.gemma.gemma3_provider.Gemma3ModelProvider";

  /** What NeMo calls their layers; those of the first are as any. */
  private static final Map<String, String> NAMES =
      Map.of(FIRST, "null", SECOND, "megatron_gemma2", THIRD, "megatron_gemma3");

  private static final String SCALED = "apply_embedding_scaling";

  private static final String CUSTOM = "mcore_customization_config.";
  private static final String ACTIVATION = "activation_func._target_";
  private static final String GATED = "gated_linear_unit";
  private static final String SKIPPED = "window_attn_skip_freq";
  private static final String QUERIES = "query_pre_attn_scalar";
  private static final String ATTENTION_CAP = "attn_logit_softcapping";
  private static final String LOGIT_CAP = "final_logit_softcapping";
  private static final String BASE = "rotary_base";
  private static final String LOCAL_BASE = "rotary_base_local";
  private static final String FACTOR = "rope_scaling_factor";
  private static final String WINDOW = "window_size";
  private static final String PATTERN = "interleaved_attn_pattern";
  private static final String SCALE = "softmax_scale";

  /** Keys that the rows here say otherwise. */
  private static final Set<String> OTHERWISE =
      Set.of("name", SCALED, "activation", SKIPPED, QUERIES, ATTENTION_CAP);

  private GemmaKeys() {}

  /** The class that makes a model of a configuration; empty for one that is no such model. */
  static Optional<String> provider(ModelConfig config) {
    String own = config.text("name").orElse("null");
    return NAMES.keySet().stream()
        .filter(name -> own.equals(NAMES.get(name)))
        .filter(name -> config.flag(SCALED) && config.flag("layernorm_zero_centered_gamma"))
        .findFirst();
  }

  /**
   * The table of a class.
   *
   * @param plain that of GPTModelProvider
   */
  static Dialect table(Dialect plain, String className) {
    if (!NAMES.containsKey(className)) {
      return plain;
    }
    var others = plain.rows().stream().filter(row -> !isOtherwise(row)).toList();
    return new Dialect(plain.document(), others, plain.neutral(), plain.inner())
        .with(common(className))
        .with(
            switch (className) {
              case FIRST -> new ConfigKey[0];
              case SECOND -> second();
              default -> third();
            });
  }

  private static boolean isOtherwise(ConfigKey row) {
    return OTHERWISE.contains(row.canonical())
        || Stream.of(QUERIES, ATTENTION_CAP, LOGIT_CAP).anyMatch(row.own()::contains);
  }

  private static ConfigKey[] common(String className) {
    var gelu = Map.of(ACTIVATION, "megatron.core.activations.fast_gelu", GATED, "true");
    return new ConfigKey[] {
      means("name", NAMES.get(className)),
      means(SCALED, "true"),
      means("openai_gelu", "true"),
      of("activation", new Cases(Map.of("fast-geglu", gelu)), ACTIVATION, GATED),
      only(SKIPPED, "null")
    };
  }

  private static ConfigKey[] second() {
    return new ConfigKey[] {
      same(CUSTOM + QUERIES, QUERIES).orElse("256"),
      means(SKIPPED, "2"),
      same(CUSTOM + ATTENTION_CAP, ATTENTION_CAP).orElse("50.0"),
      same(CUSTOM + LOGIT_CAP, LOGIT_CAP).orElse("30.0")
    };
  }

  private static ConfigKey[] third() {
    return new ConfigKey[] {
      same(CUSTOM + QUERIES, QUERIES).orElse("256"),
      means(SKIPPED, "6"),
      only(PATTERN, "null"),
      same(LOCAL_BASE, LOCAL_BASE).orElse("10000.0"),
      same("seq_len_interpolation_factor", FACTOR),
      only(ATTENTION_CAP, "null"),
      only(LOGIT_CAP, "null")
    };
  }

  /** Gemma 3's pair of bases, window and scale of queries as keys of their own. */
  static Obj apart(String className, Obj model) {
    if (!className.equals(THIRD)) {
      return model;
    }
    Obj apart = model.copy();
    if (model.get(BASE).orElse(Null.NULL) instanceof Arr pair && pair.items().size() == 2) {
      apart.put(LOCAL_BASE, pair.items().get(0)).put(BASE, pair.items().get(1));
    }
    model
        .get(WINDOW)
        .orElse(Null.NULL)
        .asLong()
        .ifPresent(size -> apart.put(WINDOW, Arr.of(List.of(size - 1, 0L))));
    number(model, SCALE)
        .ifPresent(
            scale ->
                apart.put(QUERIES, Num.of(Math.round(1 / (scale * scale)))).put(SCALE, Null.NULL));
    if (model.get(PATTERN).filter(Arr.of(List.of(5L, 1L))::equals).isPresent()) {
      apart.put(PATTERN, Null.NULL);
    }
    if (number(model, FACTOR).filter(factor -> factor == 1).isPresent()) {
      apart.put(FACTOR, Null.NULL);
    }
    return apart;
  }

  /** The same as Megatron-Bridge has them. */
  static void together(String className, Obj model) {
    if (!className.equals(THIRD)) {
      return;
    }
    model.put(
        BASE, new Arr(List.of(model.get(LOCAL_BASE).orElseThrow(), model.get(BASE).orElseThrow())));
    model.fields().remove(LOCAL_BASE);
    if (model.get(WINDOW).orElse(Null.NULL) instanceof Arr sides) {
      sides.items().get(0).asLong().ifPresent(before -> model.put(WINDOW, Num.of(before + 1)));
    }
    number(model, QUERIES)
        .ifPresent(queries -> model.put(SCALE, new Num(Double.toString(1 / Math.sqrt(queries)))));
    model.fields().remove(QUERIES);
    if (number(model, FACTOR).isEmpty()) {
      model.put(FACTOR, new Num("1.0"));
    }
  }

  private static Optional<Double> number(Obj model, String key) {
    return model
        .get(key)
        .filter(Num.class::isInstance)
        .map(number -> Double.valueOf(((Num) number).text()));
  }
}
