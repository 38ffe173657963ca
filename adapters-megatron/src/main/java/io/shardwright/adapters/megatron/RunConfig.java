package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.config.Codec.Cases;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.Map;
import java.util.Optional;

/** The section {@code model} of {@code run_config.yaml} of Megatron-Bridge 0.6.2. */
final class RunConfig {
  private static final String FUNCTION = "activation_func._target_";
  private static final String GATED = "gated_linear_unit";

  private RunConfig() {}

  /** A section that names a class. */
  static Optional<ModelDocument> of(JsonValue section) {
    if (!(section instanceof Obj model)) {
      return Optional.empty();
    }
    var document = new DialectDocument(model);
    return document.text("_target_").map(name -> of(name, document, "run_config.yaml"));
  }

  /**
   * A model of Megatron-Core's configuration.
   *
   * @param className what makes it
   * @param name of the document, for messages
   */
  static ModelDocument of(String className, DialectDocument document, String name) {
    return new ModelDocument(
        className,
        MegatronKeys.flat(document.document()),
        dialect(document, name),
        MegatronKeys.window(document.document()),
        document.count("vocab_size", 1),
        MegatronKeys.precision(document));
  }

  private static Dialect dialect(DialectDocument document, String name) {
    var dialect =
        MegatronKeys.common(name, document)
            .with(
                same("share_embeddings_and_output_weights", "share_embeddings_and_output_weights")
                    .orElse("false"),
                same("seq_len_interpolation_factor", "seq_len_interpolation_factor"),
                words("position_embedding_type", "position_embedding_type", MegatronKeys.POSITIONS)
                    .orElse("learned_absolute"),
                same("rotary_percentage", "rotary_percent").orElse("1.0"),
                ConfigKey.of("activation", new Cases(activations()), FUNCTION, GATED))
            .with(
                only("attn_logit_softcapping", "null"),
                only("final_logit_softcapping", "null"),
                only("query_pre_attn_scalar", "null"));
    if (MegatronKeys.isTrue(document, "rope_scaling")) {
      dialect = MegatronKeys.scaled(dialect, "rope_scaling");
    }
    if (document.text("num_moe_experts").isPresent()) {
      dialect = MegatronKeys.experts(dialect, "num_moe_experts", document);
    }
    return MegatronKeys.isTrue(document, GATED)
        ? dialect
        : dialect.with(same("bias_activation_fusion", "bias_activation_fusion"));
  }

  private static Map<String, Map<String, String>> activations() {
    return Map.of(
        "fast-swiglu", Map.of(FUNCTION, "torch.nn.functional.silu", GATED, "true"),
        "gelu", Map.of(FUNCTION, "torch.nn.functional.gelu"),
        "geglu", Map.of(FUNCTION, "torch.nn.functional.gelu", GATED, "true"),
        "squared-relu", Map.of(FUNCTION, "megatron.core.activations.squared_relu"));
  }
}
