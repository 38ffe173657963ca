package io.shardwright.spi.config;

import static io.shardwright.spi.config.ConfigKey.of;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.spi.config.Codec.Special;
import java.util.List;

/** What classes of transformers have in common in their {@code config.json}. */
public final class TransformersKeys {
  /** The table that every class's begins with: keys without a meaning for the weights. */
  public static final Dialect NONE =
      Dialect.of("config.json")
          .repeatedIn("text_config")
          .ignoring("_name_or_path", "architectures", "model_type", "transformers_version")
          .ignoring("bos_token_id", "eos_token_id", "pad_token_id", "vocab_size")
          .ignoring("torch_dtype", "dtype", "use_cache", "pretraining_tp", "output_router_logits")
          .ignoring("rope_scaling", "rope_parameters", "sliding_window", "layer_types", "head_dim")
          .ignoring("id2label", "label2id", "num_labels", "num_classes", "num_features")
          .ignoring("encoder_stride", "pretrained_cfg", "tag");

  private TransformersKeys() {}

  /**
   * What makes a decoder look ahead, as no GPT of NeMo's does (transformers 5.24.0, {@code
   * masking_utils.py} and {@code configuration_gemma.py}).
   *
   * @return a row for each key
   */
  public static List<ConfigKey> causal() {
    return List.of(unsaid("is_causal", "true"), unsaid("use_bidirectional_attention", "false"));
  }

  /**
   * The base of rotary positions, in all places where transformers has had it (5.24.0, {@code
   * modeling_rope_utils.py}).
   *
   * @return the row of {@code rotary_base}
   */
  public static ConfigKey rotaryBase() {
    String key = "rope_theta";
    return same("rotary_base", key, "rope_parameters." + key, "rope_scaling." + key);
  }

  /**
   * The scaling of rotary positions.
   *
   * @return the row of {@code rope_scaling}
   */
  public static ConfigKey ropeScaling() {
    String key = "seq_len_interpolation_factor";
    return of(key, Special.ROTARY_SCALING, "rope_scaling", "rope_parameters");
  }

  /**
   * The tokens that attention sees.
   *
   * @return the row of {@code sliding_window}
   */
  public static ConfigKey window() {
    return of("window_size", Special.WINDOW, "sliding_window");
  }

  /**
   * The number of classes, or their names.
   *
   * @return the row of {@code num_labels} and {@code id2label}
   */
  public static ConfigKey labels() {
    return of("num_classes", Special.LABELS, "num_labels").orElse("2");
  }

  /**
   * Height and width of an image.
   *
   * @return the row of {@code image_size}
   */
  public static ConfigKey image() {
    return of("img_h", Special.SIDES, "image_size").orElse("224");
  }

  /**
   * The side of a square patch.
   *
   * @return the row of {@code patch_size}
   */
  public static ConfigKey patch() {
    return of("patch_dim", Special.SQUARE, "patch_size").orElse("16");
  }

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
