package io.shardwright.spi;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.OptionalLong;

/**
 * How long a part of an axis is, as data. An axis is often several things in one: the rows of a
 * fused QKV are {@code groups * slots * head size}.
 *
 * @param kind where the number comes from
 * @param key the configuration key of a count; empty for the other kinds
 * @param value the number of a fixed extent; 0 for the other kinds
 */
public record Extent(Kind kind, String key, long value) {
  private static final String HEADS = "num_attention_heads";
  private static final String GROUPS = "num_query_groups";

  /** Where the number comes from. */
  public enum Kind {
    /** A key of the configuration, or {@code num_attention_heads} where that is absent. */
    COUNT,
    /** A number. */
    FIXED,
    /** Whatever the tensor has left. */
    REST,
    /** Heads that share one key and value, plus those two: {@code heads / groups + 2}. */
    SLOTS
  }

  /**
   * A count that the configuration states.
   *
   * @param key configuration key
   * @return the extent
   */
  public static Extent count(String key) {
    return new Extent(Kind.COUNT, key, 0);
  }

  /**
   * A constant.
   *
   * @param value at least 1
   * @return the extent
   */
  public static Extent fixed(long value) {
    return new Extent(Kind.FIXED, "", value);
  }

  /**
   * What is left of the axis.
   *
   * @return the extent; at most one per axis
   */
  public static Extent rest() {
    return new Extent(Kind.REST, "", 0);
  }

  /**
   * Queries of a group, its key and its value.
   *
   * @return the extent
   */
  public static Extent slots() {
    return new Extent(Kind.SLOTS, "", 0);
  }

  /**
   * The number.
   *
   * @param config the configuration
   * @return at least 1; empty for {@link Kind#REST}, and where the configuration does not say
   * @throws MalformedCheckpointException if a key's value is no count, or the keys contradict each
   *     other
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
   * The keys that tell the number.
   *
   * @return none for a number
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
