package io.shardwright.spi;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.OptionalLong;

/**
 * The length of one factor of an axis, as data. An axis is often a product: the rows of a fused QKV
 * weight are {@code groups * slots * head size}.
 *
 * @param kind how the length is determined
 * @param key configuration key of the length for {@link Kind#COUNT}; empty for the other kinds
 * @param value the length for {@link Kind#FIXED}, at least 1; 0 for the other kinds
 */
public record Extent(Kind kind, String key, long value) {
  private static final String HEADS = "num_attention_heads";
  private static final String GROUPS = "num_query_groups";

  /** The ways to determine the length of a factor. */
  public enum Kind {
    /** The value of a configuration key; {@code num_attention_heads} if that key is absent. */
    COUNT,
    /** A constant. */
    FIXED,
    /** The length of the axis divided by the product of its other factors. */
    REST,
    /**
     * The query heads of a group, and its key and value: {@code num_attention_heads /
     * num_query_groups + 2}.
     */
    SLOTS
  }

  /**
   * Makes an extent that is the value of a configuration key.
   *
   * @param key dotted path; if the key is absent, {@code num_attention_heads} counts
   * @return an extent of {@link Kind#COUNT}
   */
  public static Extent count(String key) {
    return new Extent(Kind.COUNT, key, 0);
  }

  /**
   * Makes a constant extent.
   *
   * @param value length in indexes, at least 1
   * @return an extent of {@link Kind#FIXED}
   */
  public static Extent fixed(long value) {
    return new Extent(Kind.FIXED, "", value);
  }

  /**
   * Makes the extent that takes what the other factors leave of the axis; an axis has at most one.
   *
   * @return an extent of {@link Kind#REST}
   */
  public static Extent rest() {
    return new Extent(Kind.REST, "", 0);
  }

  /**
   * Makes the extent that counts the heads of a group of a fused QKV: its queries, key and value.
   *
   * @return an extent of {@link Kind#SLOTS}
   */
  public static Extent slots() {
    return new Extent(Kind.SLOTS, "", 0);
  }

  /**
   * Determines the length under a configuration.
   *
   * @param config the configuration
   * @return the length in indexes, at least 1; empty for {@link Kind#REST}, and if the
   *     configuration lacks the keys
   * @throws MalformedCheckpointException if a key's value is no whole number of at least 1, or the
   *     query groups do not divide the attention heads
   */
  public OptionalLong in(ModelConfig config) {
    return switch (kind) {
      case COUNT -> count(config, key);
      case FIXED -> OptionalLong.of(value);
      case REST -> OptionalLong.empty();
      case SLOTS -> slots(config);
    };
  }

  /**
   * Returns the configuration keys that determine the length.
   *
   * @return dotted paths; none for {@link Kind#FIXED} and {@link Kind#REST}
   */
  public List<String> keys() {
    return switch (kind) {
      case COUNT -> key.equals(HEADS) ? List.of(HEADS) : List.of(HEADS, key);
      case SLOTS -> List.of(HEADS, GROUPS);
      default -> List.of();
    };
  }

  private static OptionalLong count(ModelConfig config, String key) {
    OptionalLong own = config.count(key, 1);
    return own.isPresent() ? own : config.count(HEADS, 1);
  }

  private static OptionalLong slots(ModelConfig config) {
    OptionalLong heads = count(config, HEADS);
    OptionalLong groups = count(config, GROUPS);
    if (heads.isEmpty() || groups.isEmpty()) {
      return OptionalLong.empty();
    }
    if (heads.getAsLong() % groups.getAsLong() != 0) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          config.where(),
          config.saying(List.of(HEADS, GROUPS)) + ": the groups can't share the heads evenly");
    }
    return OptionalLong.of(heads.getAsLong() / groups.getAsLong() + 2);
  }
}
