package io.shardwright.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How keys of {@code config.json} and of a NeMo configuration relate.
 *
 * @param kind how the values relate
 * @param huggingFace keys of {@code config.json}: all are read, and those that are there must
 *     agree; the first is written; empty where it has none. {@code a[i]} is part i of a text
 *     between underscores, {@code #t@i} is extent i of tensor t, {@code #t} with a star counts
 *     tensors
 * @param nemo the NeMo key; empty where it has none
 * @param words NeMo's word for each of the other side's
 * @param value the only value allowed, or the one that an absent key stands for
 */
public record ConfigKey(
    Kind kind,
    List<String> huggingFace,
    String nemo,
    Map<String, String> words,
    Optional<String> value) {

  /** How values relate. */
  public enum Kind {
    /** They are equal. */
    SAME,
    /** Each is the other's word. */
    WORDS,
    /** {@code config.json} must say this, or nothing; it is what is written. */
    ONLY,
    /** {@code config.json} must say this, or nothing, and nothing is written. */
    UNSAID,
    /** NeMo must say one of these, between bars; the first is what is written. */
    MEANS,
    /**
     * Channels of a head: absent where they are {@code hidden_size / heads}. A class without a key
     * for it has no others.
     */
    HEAD_SIZE,
    /** Width of the MLP: four times {@code hidden_size} where it is absent. */
    INNER,
    /** A number of classes is that of their names. */
    LABELS,
    /** Sides of a square image, told by the number of positions. */
    IMAGE_SIZE,
    /** Height and width of an image: a number, or a list of both. */
    IMAGE,
    /** The side of a square patch: a number, or a list of two that are equal. */
    PATCH,
    /**
     * A window of w tokens is NeMo's {@code [w-1, 0]}: Transformer Engine counts the tokens before
     * the current one, transformers counts it too.
     */
    WINDOW,
    /**
     * The scaling of rotary positions, in any of its spellings (transformers 4.44.2, {@code
     * modeling_rope_utils.py}).
     */
    ROPE_SCALING,
    /** Two NeMo keys, or more, have one value: this one is read. */
    ALSO
  }

  /**
   * Equal values.
   *
   * @param nemo NeMo's key
   * @param huggingFace the other side's
   * @return the row
   */
  public static ConfigKey same(String nemo, String... huggingFace) {
    return new ConfigKey(Kind.SAME, List.of(huggingFace), nemo, Map.of(), Optional.empty());
  }

  /**
   * The base of rotary positions, in all places where transformers has had it (5.24.0, {@code
   * modeling_rope_utils.py}).
   *
   * @return the row of NeMo's {@code rotary_base}
   */
  public static ConfigKey rotaryBase() {
    String key = "rope_theta";
    return same("rotary_base", key, "rope_parameters." + key, "rope_scaling." + key);
  }

  /**
   * Says what an absent key of {@code config.json} stands for.
   *
   * @param absent the value
   * @return a changed copy
   */
  public ConfigKey orElse(String absent) {
    return new ConfigKey(kind, huggingFace, nemo, words, Optional.of(absent));
  }

  /**
   * Values that have other words.
   *
   * @param nemo NeMo's key
   * @param huggingFace the other side's
   * @param words NeMo's word for each of the other side's
   * @return the row
   */
  public static ConfigKey words(String nemo, String huggingFace, Map<String, String> words) {
    return new ConfigKey(Kind.WORDS, List.of(huggingFace), nemo, words, Optional.empty());
  }

  /**
   * A value without which the class's mathematics is another.
   *
   * @param huggingFace the key
   * @param value as text
   * @return the row
   */
  public static ConfigKey only(String huggingFace, String value) {
    return new ConfigKey(Kind.ONLY, List.of(huggingFace), "", Map.of(), Optional.of(value));
  }

  /**
   * A value that the class has without saying so.
   *
   * @param huggingFace the key by which it would be another
   * @param value as text
   * @return the row
   */
  public static ConfigKey unsaid(String huggingFace, String value) {
    return new ConfigKey(Kind.UNSAID, List.of(huggingFace), "", Map.of(), Optional.of(value));
  }

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
   * A value that the class means in NeMo.
   *
   * @param nemo the key
   * @param value as text; {@code null} for none
   * @return the row
   */
  public static ConfigKey means(String nemo, String value) {
    return new ConfigKey(Kind.MEANS, List.of(), nemo, Map.of(), Optional.of(value));
  }

  /**
   * A NeMo key that has another's value.
   *
   * @param nemo the key
   * @param huggingFace where the value comes from
   * @return the row; written from the other side, never read back
   */
  public static ConfigKey also(String nemo, String... huggingFace) {
    return new ConfigKey(Kind.ALSO, List.of(huggingFace), nemo, Map.of(), Optional.empty());
  }

  /**
   * Channels of a head for a class that can't have others than {@code hidden_size / heads}.
   *
   * @return the row of NeMo's {@code kv_channels}
   */
  public static ConfigKey usualHeadSize() {
    return new ConfigKey(Kind.HEAD_SIZE, List.of(), "kv_channels", Map.of(), Optional.empty());
  }

  /**
   * A row of a kind that stands for itself.
   *
   * @param kind which
   * @return {@code head_dim}, {@code n_inner}, {@code id2label}, {@code image_size}, {@code
   *     patch_size}, {@code sliding_window} or {@code rope_scaling}
   * @throws IllegalArgumentException if the kind needs keys of its own
   */
  public static ConfigKey of(Kind kind) {
    return switch (kind) {
      case HEAD_SIZE ->
          new ConfigKey(kind, List.of("head_dim"), "kv_channels", Map.of(), Optional.empty());
      case INNER ->
          new ConfigKey(kind, List.of("n_inner"), "ffn_hidden_size", Map.of(), Optional.empty());
      case LABELS ->
          new ConfigKey(kind, List.of("num_labels"), "num_classes", Map.of(), Optional.of("2"));
      case IMAGE ->
          new ConfigKey(kind, List.of("image_size"), "img_h", Map.of(), Optional.of("224"));
      case PATCH ->
          new ConfigKey(kind, List.of("patch_size"), "patch_dim", Map.of(), Optional.of("16"));
      case WINDOW ->
          new ConfigKey(kind, List.of("sliding_window"), "window_size", Map.of(), Optional.empty());
      case ROPE_SCALING ->
          new ConfigKey(
              kind,
              List.of("rope_scaling", "rope_parameters"),
              "seq_len_interpolation_factor",
              Map.of(),
              Optional.empty());
      default -> throw new IllegalArgumentException(kind + " needs keys");
    };
  }
}
