package io.shardwright.spi.config;

import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.spi.config.Codec.LayerKinds;
import io.shardwright.spi.config.Codec.Special;

/** What classes of transformers have in common in their {@code config.json}. */
public final class TransformersKeys {
  /** How a model is loaded and called (4.40.2 to 5.24.0, {@code configuration_utils.py}). */
  private static final String LOADING =
      "auto_map name_or_path _commit_hash attn_implementation _attn_implementation"
          + " _attn_implementation_autoset chunk_size_feed_forward cross_attention_hidden_size"
          + " decoder_start_token_id finetuning_task is_decoder output_attentions"
          + " output_hidden_states prefix problem_type pruned_heads return_dict sep_token_id"
          + " task_specific_params tf_legacy_loss tie_encoder_decoder tokenizer_class torchscript"
          + " use_bfloat16 xla_device cache_implementation";

  /** How texts are generated, which versions before 5 say beside the model. */
  private static final String GENERATION =
      "bad_words_ids begin_suppress_tokens diversity_penalty do_sample early_stopping"
          + " encoder_no_repeat_ngram_size exponential_decay_length_penalty forced_bos_token_id"
          + " forced_eos_token_id length_penalty max_length min_length no_repeat_ngram_size"
          + " num_beam_groups num_beams num_return_sequences output_scores remove_invalid_values"
          + " repetition_penalty return_dict_in_generate suppress_tokens temperature top_k top_p"
          + " typical_p";

  /** The table that all begin with: keys that have no meaning for the weights. */
  public static final Dialect CONFIG =
      Dialect.of("config.json")
          .repeatedIn("text_config")
          .ignoring("_name_or_path", "architectures", "model_type", "transformers_version")
          .ignoring("bos_token_id", "eos_token_id", "pad_token_id", "vocab_size")
          .ignoring("torch_dtype", "dtype", "use_cache", "pretraining_tp", "output_router_logits")
          .ignoring("rope_scaling", "rope_parameters", "sliding_window", "layer_types", "head_dim")
          .ignoring("id2label", "label2id", "num_labels", "num_classes", "num_features")
          .ignoring("encoder_stride", "pretrained_cfg", "tag")
          .ignoring(LOADING.split(" "))
          .ignoring(GENERATION.split(" "))
          .with(unsaid("is_encoder_decoder", "false"), unsaid("add_cross_attention", "false"));

  /**
   * The table that every decoder's begins with: none looks ahead, as no GPT of NeMo's does
   * (transformers 5.24.0, {@code masking_utils.py} and {@code configuration_gemma.py}).
   */
  public static final Dialect CAUSAL =
      CONFIG.with(unsaid("is_causal", "true"), unsaid("use_bidirectional_attention", "false"));

  /**
   * The base of rotary positions, in all places where transformers has had it (5.24.0, {@code
   * modeling_rope_utils.py}).
   */
  public static final ConfigKey ROTARY_BASE =
      of(
          "rotary_base",
          new Codec.Otherwise("10000.0"),
          "rope_theta",
          "rope_parameters.rope_theta",
          "rope_scaling.rope_theta");

  /** The scaling of rotary positions. */
  public static final ConfigKey ROPE_SCALING =
      of("seq_len_interpolation_factor", Special.ROTARY_SCALING, "rope_scaling", "rope_parameters");

  /** The tokens that attention sees. */
  public static final ConfigKey WINDOW = of("window_size", Special.WINDOW, "sliding_window");

  /** Which layers attend to a window alone, and which to all tokens before. */
  public static final ConfigKey WINDOWED_LAYERS =
      of(
          "window_attn_skip_freq",
          new LayerKinds("full_attention", "sliding_attention"),
          "layer_types");

  /** The number of classes, or their names. */
  public static final ConfigKey LABELS =
      of("num_classes", Special.LABELS, "num_labels").orElse("2");

  /** Height and width of an image. */
  public static final ConfigKey IMAGE = of("img_h", Special.SIDES, "image_size").orElse("224");

  /** The side of a square patch. */
  public static final ConfigKey PATCH = of("patch_dim", Special.SQUARE, "patch_size").orElse("16");

  private TransformersKeys() {}

  /**
   * Height and width of an image, by the number of its positions where they are not stated.
   *
   * @param positions where their number is
   * @return the row of {@code img_h} and {@code img_w}
   */
  public static ConfigKey imageByPositions(String... positions) {
    return of("img_h", Special.POSITIONS, positions);
  }
}
