package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;

import io.shardwright.adapters.megatron.MegatronKeys.Spelling;
import io.shardwright.spi.Condition;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code run_config.yaml} of Megatron-Bridge 0.6.2, whose section {@code model} says the model. */
final class RunConfig {
  /** The section that says what the model is. */
  /** Whether an optimizer's state is there, which Bridge loads only then. */
  static final String SAVES = "checkpoint.save_optim";

  static final String MODEL = "model";

  private static final String CLASS = "_target_";
  private static final String PACKAGE = "megatron.bridge.training.config.";
  private static final String VOCABULARY = "vocab_size";
  private static final String FUNCTION = "activation_func._target_";
  private static final String GATED = "gated_linear_unit";

  /** The table of the section. */
  static final Dialect TABLE =
      MegatronKeys.table(
              new Spelling(
                  "run_config.yaml",
                  "seq_length",
                  "num_moe_experts",
                  "rope_scaling",
                  "seq_len_interpolation_factor",
                  "num_layers_in_first_pipeline_stage",
                  "num_layers_in_last_pipeline_stage"))
          .with(
              also("data.seq_length", "seq_length"),
              same("share_embeddings_and_output_weights", "share_embeddings_and_output_weights")
                  .orElse("true"),
              MegatronKeys.activations(activations(), FUNCTION, GATED),
              states("activation_func._call_", "false"),
              same("bias_activation_fusion", "bias_activation_fusion")
                  .orElse("false")
                  .when("activation", "gelu"),
              states("bias_activation_fusion", "false").when("activation", "squared-relu"),
              // what Megatron-Core needs Apex for
              states("gradient_accumulation_fusion", "false"))
          .with(ExpertKeys.specification())
          .with(AttentionKeys.gates())
          .with(AttentionKeys.layers())
          .with(
              AttentionKeys.yarn(
                  "yarn_rotary_scaling_factor", "yarn_mscale", "yarn_mscale_all_dim"))
          .with(
              only("attn_logit_softcapping", "null"),
              only("final_logit_softcapping", "null"),
              only("query_pre_attn_scalar", "null"));

  /** Models that GPTModelProvider can't give to any of Bridge's classes. */
  private static final List<List<Condition>> HOMELESS =
      List.of(
          List.of(is("position_embedding_type", "learned_absolute")),
          List.of(is("normalization", "layernorm1p"), is("bias", "true")));

  private RunConfig() {}

  private static Condition is(String key, String value) {
    return new Condition(key, List.of(value), false);
  }

  private static Map<String, Map<String, String>> activations() {
    String gelu = "torch.nn.functional.gelu";
    return Map.of(
        "fast-swiglu", Map.of(FUNCTION, "torch.nn.functional.silu", GATED, "true"),
        "quick-geglu",
            Map.of(FUNCTION, "megatron.core.fusions.fused_bias_geglu.quick_gelu", GATED, "true"),
        "gelu", Map.of(FUNCTION, gelu),
        "geglu", Map.of(FUNCTION, gelu, GATED, "true"),
        "squared-relu", Map.of(FUNCTION, "megatron.core.activations.squared_relu"));
  }

  /** A section that names a class. */
  static Optional<ModelDocument> of(JsonValue section) {
    if (!(section instanceof Obj model)) {
      return Optional.empty();
    }
    var document = new DialectDocument(model);
    return document.text(CLASS).map(name -> of(name, document, TABLE.document()));
  }

  /**
   * A model of Megatron-Core's configuration.
   *
   * @param className what makes it
   * @param name of the document, for messages
   */
  static ModelDocument of(String className, DialectDocument document, String name) {
    var table = GemmaKeys.table(TABLE, className);
    return new ModelDocument(
        className,
        GemmaKeys.apart(className, document.document()),
        new Dialect(name, table.rows(), table.neutral(), table.inner()),
        document.count(VOCABULARY, 1),
        Precision.of(document).word());
  }

  /**
   * The whole document.
   *
   * @param className the class that makes the model, unless its layers need another
   * @throws UnsupportedCheckpointException naming every key that it can't express
   */
  static Obj write(String className, Facts facts) {
    requireHome(facts);
    var writing = facts.dialects().write(facts.config(), TABLE.document());
    String provider =
        GemmaKeys.provider(facts.config())
            .or(() -> ExpertKeys.provider(facts.config()))
            .orElse(className);
    writing.put(CLASS, new Str(provider));
    writing.rows(GemmaKeys.table(TABLE, provider));
    ModelDocument.requireSound(writing, facts);
    Obj model = writing.document();
    GemmaKeys.together(provider, model);
    boolean padded = facts.size().isPresent() && !facts.size().equals(facts.rows());
    (padded ? facts.size() : facts.rows()).ifPresent(size -> model.put(VOCABULARY, Num.of(size)));
    model.put("should_pad_vocab", new Bool(padded));
    var precision = Precision.of(facts.dtype());
    precision.write(model);
    model.put("pipeline_dtype", precision.name());
    return Obj.empty()
        .put(CLASS, new Str(PACKAGE + "ConfigContainer"))
        .put(
            "checkpoint",
            Obj.empty()
                .put(CLASS, new Str(PACKAGE + "CheckpointConfig"))
                .put("ckpt_format", new Str("torch_dist"))
                .put("fully_parallel_save", new Bool(false))
                .put("save_optim", new Bool(false))
                .put("save_rng", new Bool(false)))
        .put(MODEL, model);
  }

  private static void requireHome(Facts facts) {
    for (List<Condition> homeless : HOMELESS) {
      if (homeless.stream().allMatch(condition -> condition.holds(facts.config()))) {
        String says =
            homeless.stream()
                .map(condition -> condition.key() + " is " + condition.values().get(0))
                .collect(Collectors.joining(" and "));
        throw new UnsupportedCheckpointException(
            ErrorCode.NOT_EXPRESSIBLE,
            facts.source(),
            says
                + ", and Megatron-Bridge 0.6.2 has no class for such a model: write a root of"
                + " Megatron-LM, "
                + Setting.FORMAT.inText("megatron"));
      }
    }
  }
}
