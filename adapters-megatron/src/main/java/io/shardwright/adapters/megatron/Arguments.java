package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.inverted;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The arguments of a training by Megatron-LM, a Namespace in the common state (Megatron-LM
 * core_v0.16.0, {@code megatron/training/arguments.py}, {@code core_transformer_config_from_args}).
 */
final class Arguments {
  /** What the class is called, whatever the arguments are held in. */
  private static final String NAMESPACE = "argparse.Namespace";

  private static final String ROTARY = "use_rotary_position_embeddings";

  private Arguments() {}

  /** A Namespace. */
  static Optional<ModelDocument> of(JsonValue args) {
    if (!(args instanceof Obj given)) {
      return Optional.empty();
    }
    Obj model = MegatronKeys.flat(given);
    var document = new DialectDocument(model);
    if (document.text("group_query_attention").filter("false"::equals).isPresent()) {
      model.put("num_query_groups", Null.NULL);
    }
    if (MegatronKeys.isTrue(document, ROTARY)) {
      model.put("position_embedding_type", new Str("rope"));
    }
    return Optional.of(
        new ModelDocument(
            NAMESPACE,
            model,
            dialect(document),
            MegatronKeys.window(given),
            vocabulary(document),
            MegatronKeys.precision(document)));
  }

  /** The end of a text is a piece of its own where the tokenizer is none. */
  private static OptionalLong vocabulary(DialectDocument document) {
    boolean none = document.text("tokenizer_type").filter("NullTokenizer"::equals).isPresent();
    OptionalLong stated = document.count("vocab_size", 1);
    return stated.isPresent() && none ? OptionalLong.of(stated.getAsLong() + 1) : stated;
  }

  private static Dialect dialect(DialectDocument document) {
    var dialect =
        MegatronKeys.common("args", document)
            .with(
                inverted(
                        "share_embeddings_and_output_weights",
                        "untie_embeddings_and_output_weights")
                    .orElse("false"),
                same("seq_len_interpolation_factor", "rotary_seq_len_interpolation_factor"),
                words("position_embedding_type", "position_embedding_type", MegatronKeys.POSITIONS)
                    .orElse("learned_absolute"),
                same("rotary_percentage", "rotary_percent").orElse("1.0"),
                ConfigKey.of(
                    "activation",
                    new Cases(activations()),
                    "swiglu",
                    "squared_relu",
                    "quick_geglu"),
                only("spec", "null"));
    if (MegatronKeys.isTrue(document, "use_rope_scaling")) {
      dialect = MegatronKeys.scaled(dialect, "use_rope_scaling");
    }
    if (document.text("num_experts").isPresent()) {
      dialect = MegatronKeys.experts(dialect, "num_experts", document);
    }
    return MegatronKeys.isTrue(document, "swiglu")
        ? dialect
        : dialect.with(same("bias_activation_fusion", "bias_gelu_fusion"));
  }

  private static Map<String, Map<String, String>> activations() {
    return Map.of(
        "fast-swiglu", Map.of("swiglu", "true"),
        "squared-relu", Map.of("squared_relu", "true"),
        "gelu", Map.of());
  }
}
