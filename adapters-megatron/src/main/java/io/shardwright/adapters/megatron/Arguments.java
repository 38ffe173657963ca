package io.shardwright.adapters.megatron;

import static io.shardwright.spi.config.ConfigKey.inverted;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.adapters.megatron.MegatronKeys.Spelling;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.CoreVersion;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The arguments of a training by Megatron-LM, a Namespace in the common state (Megatron-LM
 * core_v0.16.0 and core_v0.19.2, {@code megatron/training/arguments.py} and {@code
 * argument_utils.py}, {@code core_transformer_config_from_args}).
 */
final class Arguments {
  /** What the class is called, whatever the arguments are held in. */
  static final String NAMESPACE = "argparse.Namespace";

  private static final String GROUPED = "group_query_attention";
  private static final String GROUPS = "num_query_groups";
  private static final String HEADS = "num_attention_heads";
  private static final String ROTARY = "use_rotary_position_embeddings";
  private static final String POSITIONS = "max_position_embeddings";
  private static final String LENGTH = "seq_length";
  private static final String TOKENIZER = "tokenizer_type";
  private static final String NONE = "NullTokenizer";
  private static final String VOCABULARY = "vocab_size";

  /** The piece that ends a text where the tokenizer is none; it is among those that are counted. */
  private static final String END = "null_tokenizer_eod_id";

  /**
   * The first Megatron-Core that counts so; 0.16 does not and 0.19 does ({@code
   * megatron/core/tokenizers/text/libraries/null_tokenizer.py}). One row more does no harm, one
   * less loses one.
   */
  private static final int WHOLE_SIZE = 17;

  /** What releases before core_v0.16 call a key, and what it is called now; in one order always. */
  private static final Map<String, String> OLDER =
      new TreeMap<>(
          Map.of(
              "apply_layernorm_1p", "layernorm_zero_centered_gamma",
              "norm_epsilon", "layernorm_epsilon"));

  /** Numbers that the command line takes as whole ones. */
  private static final List<String> WHOLE =
      List.of("rotary_base", "rotary_seq_len_interpolation_factor");

  /** The table of the attributes. */
  static final Dialect TABLE =
      MegatronKeys.table(
              new Spelling(
                  "args",
                  POSITIONS,
                  "num_experts",
                  "use_rope_scaling",
                  "rotary_seq_len_interpolation_factor",
                  "decoder_first_pipeline_num_layers",
                  "decoder_last_pipeline_num_layers"))
          .with(
              inverted("share_embeddings_and_output_weights", "untie_embeddings_and_output_weights")
                  .orElse("false"),
              same("data.seq_length", LENGTH),
              MegatronKeys.activations(activations(), "swiglu", "squared_relu", "quick_geglu"),
              same("bias_activation_fusion", "bias_gelu_fusion")
                  .orElse("true")
                  .when("activation", "gelu"),
              states("bias_gelu_fusion", "false").unless("activation", "gelu"),
              only("spec", "null"),
              means("transformer_layer_spec", "null"))
          .with(AttentionKeys.gates())
          .with(AttentionKeys.yarn("rotary_scaling_factor", "mscale", "mscale_all_dim"))
          .with(run());

  private Arguments() {}

  private static Map<String, Map<String, String>> activations() {
    return Map.of(
        "fast-swiglu", Map.of("swiglu", "true"),
        "squared-relu", Map.of("squared_relu", "true"),
        "quick-geglu", Map.of("quick_geglu", "true"),
        "gelu", Map.of());
  }

  /**
   * What says nothing of the model, and has to be there: for Megatron-LM's {@code load_checkpoint}
   * and {@code tools/checkpoint/convert.py}, and for Megatron-Bridge 0.6.2 where it reads a root of
   * Megatron-LM ({@code training/mlm_compat}).
   */
  private static ConfigKey[] run() {
    return new ConfigKey[] {
      states(TOKENIZER, NONE),
      states("add_position_embedding", "true"),
      states(ROTARY, "false"),
      states("transformer_impl", "transformer_engine"),
      states("no_persist_layer_norm", "false"),
      states("overlap_p2p_comm", "false"),
      states("bias_swiglu_fusion", "true"),
      states("gradient_accumulation_fusion", "false"),
      states("fp8_param_gather", "false"),
      states("fp4_param_gather", "false"),
      states("fp16_lm_cross_entropy", "false"),
      states("init_method_xavier_uniform", "false"),
      states("init_model_with_meta_device", "false"),
      states("moe_grouped_gemm", "false"),
      states("bert_binary_head", "true"),
      states("config_logger_dir", ""),
      states("ckpt_format", "torch_dist"),
      states("no_save_optim", "true"),
      states("no_save_rng", "true"),
      states("consumed_train_samples", "0"),
      states("consumed_valid_samples", "0"),
      states("data_parallel_size", "1")
    };
  }

  /** A Namespace. */
  static Optional<ModelDocument> of(JsonValue args) {
    if (!(args instanceof Obj given)) {
      return Optional.empty();
    }
    Obj model = given.copy();
    OLDER.forEach((old, now) -> model.get(old).ifPresent(said -> putIfAbsent(model, now, said)));
    model.fields().keySet().removeAll(OLDER.keySet());
    model.fields().keySet().remove(HuggingFaceFormat.ORIGIN);
    model.get(LENGTH).ifPresent(length -> putIfAbsent(model, POSITIONS, length));
    var document = new DialectDocument(model);
    document
        .text("disable_bias_linear")
        .ifPresent(off -> putIfAbsent(model, "add_bias_linear", new Bool(off.equals("false"))));
    if (document.text(GROUPED).filter("false"::equals).isPresent()) {
      model.put(GROUPS, Null.NULL);
    }
    if (ModelDocument.isTrue(document, ROTARY)) {
      model.put("position_embedding_type", new Str("rope"));
    }
    return Optional.of(
        new ModelDocument(
                NAMESPACE, model, TABLE, vocabulary(document), Precision.of(document).word())
            .keeping(Kept.ARGS, given));
  }

  private static void putIfAbsent(Obj model, String key, JsonValue value) {
    if (model.get(key).orElse(Null.NULL) == Null.NULL) {
      model.put(key, value);
    }
  }

  /** Where the tokenizer is none, releases before {@link #WHOLE_SIZE} add the end of a text. */
  private static OptionalLong vocabulary(DialectDocument document) {
    boolean none = document.text(TOKENIZER).filter(NONE::equals).isPresent();
    boolean whole = document.document().fields().containsKey(END);
    OptionalLong stated = document.count(VOCABULARY, 1);
    return stated.isPresent() && none && !whole ? OptionalLong.of(stated.getAsLong() + 1) : stated;
  }

  /**
   * A Namespace.
   *
   * @param facts of the model
   * @param ranks that write it
   * @param iteration of the training
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException naming every key that it can't
   *     express
   */
  static Obj write(Facts facts, long ranks, long iteration) {
    var writing = facts.dialects().write(facts.config(), TABLE.document());
    writing.put("_target_", new Str(NAMESPACE));
    writing.rows(TABLE);
    ModelDocument.requireSound(writing, facts);
    Obj args = writing.document();
    ModelDocument.inForce(TABLE, facts.config())
        .filter(row -> row.absent().filter("null"::equals).isPresent())
        .forEach(row -> row.own().forEach(key -> putIfAbsent(args, key, Null.NULL)));
    WHOLE.forEach(key -> args.get(key).ifPresent(number -> args.put(key, whole(number))));
    OLDER.forEach((old, now) -> args.get(now).ifPresent(value -> args.put(old, value)));
    args.put(
        GROUPED,
        new Bool(!args.get(GROUPS).equals(args.get(HEADS)) && args.get(GROUPS).isPresent()));
    args.put("cp_comm_type", new Arr(List.of(new Str("p2p"))));
    args.put("world_size", Num.of(ranks));
    args.put("iteration", Num.of(iteration));
    Precision.of(facts.dtype()).write(args);
    facts.rows().ifPresent(rows -> args.put("padded_vocab_size", Num.of(rows)));
    (facts.size().isPresent() ? facts.size() : facts.rows())
        .ifPresent(size -> vocabulary(size, facts.core(), args));
    return args;
  }

  private static void vocabulary(long size, CoreVersion core, Obj args) {
    boolean whole = core.since(WHOLE_SIZE);
    args.put(VOCABULARY, Num.of(whole ? size : size - 1));
    if (whole) {
      args.put(END, Null.NULL);
    }
  }

  /**
   * The options that say what Megatron-LM's {@code --use-checkpoint-args} does not take over.
   *
   * @param args as they are written
   */
  static String flags(Obj args, ModelConfig config) {
    return Flags.of(args, ModelDocument.inForce(TABLE, config).toList());
  }

  private static JsonValue whole(JsonValue value) {
    return value instanceof Num num
        ? DialectDocument.spelt(new BigDecimal(num.text()).stripTrailingZeros().toPlainString())
        : value;
  }
}
