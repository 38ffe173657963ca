package io.shardwright.spi.config;

import io.shardwright.spi.config.Codec.Same;
import io.shardwright.spi.config.Codec.Side;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A row of a {@link Dialect}: the keys of one fact in both configurations, and the relation of
 * their values. A row with keys on one side alone states the values that this side must have.
 *
 * @param canonical the canonical key, a dotted path; empty where it has none
 * @param own the dialect's keys, dotted paths: all are read, and those that are there must agree;
 *     the first is written; empty where it has none. Beside a path {@code a[i]} is part i of a text
 *     between underscores, {@code #t@i} extent i of tensor t, {@code #t} with a star counts tensors
 * @param codec how the values relate
 * @param values what an absent key of the dialect stands for; where one side has no key, all that
 *     the other may say, the one that is written first
 * @param written whether the dialect's key is written, or read alone
 */
public record ConfigKey(
    String canonical, List<String> own, Codec codec, List<String> values, boolean written) {
  /** The usual channels of a head. */
  private static final String HEAD = "hidden_size / num_attention_heads";

  /**
   * Copies the lists.
   *
   * @param canonical kept as given
   * @param own copied
   * @param codec kept as given
   * @param values copied
   * @param written kept as given
   */
  public ConfigKey {
    own = List.copyOf(own);
    values = List.copyOf(values);
  }

  /**
   * A row of any codec.
   *
   * @param canonical the canonical key
   * @param codec how the values relate
   * @param own the dialect's keys
   * @return the row, without a value that an absent key stands for
   */
  public static ConfigKey of(String canonical, Codec codec, String... own) {
    return new ConfigKey(canonical, List.of(own), codec, List.of(), true);
  }

  /**
   * Equal values.
   *
   * @param canonical the canonical key
   * @param own the dialect's
   * @return the row
   */
  public static ConfigKey same(String canonical, String... own) {
    return of(canonical, Same.SAME, own);
  }

  /**
   * Values that have other words.
   *
   * @param canonical the canonical key
   * @param own the dialect's
   * @param words the canonical word for each of the dialect's
   * @return the row
   */
  public static ConfigKey words(String canonical, String own, Map<String, String> words) {
    return of(canonical, new Codec.Words(words), own);
  }

  /**
   * Truth values, each the other's contrary.
   *
   * @param canonical the canonical key
   * @param own the dialect's
   * @return the row
   */
  public static ConfigKey inverted(String canonical, String own) {
    return words(canonical, own, Map.of("true", "false", "false", "true"));
  }

  /**
   * A value without which the dialect's model computes something else.
   *
   * @param own the key
   * @param values as text
   * @return the row
   */
  public static ConfigKey only(String own, String... values) {
    return same("", own).meaning(values);
  }

  /**
   * A value that the dialect's model has without saying so.
   *
   * @param own the key by which it would be another
   * @param values as text
   * @return the row
   */
  public static ConfigKey unsaid(String own, String... values) {
    return only(own, values).unwritten();
  }

  /**
   * A value that every model of the dialect has.
   *
   * @param canonical the key
   * @param values as text; {@code null} for none; the first is what is written
   * @return the row
   */
  public static ConfigKey means(String canonical, String... values) {
    return same(canonical).meaning(values);
  }

  /**
   * A canonical key that has another's value.
   *
   * @param canonical the key
   * @param own where the value comes from
   * @return the row; written from the other side, never read back
   */
  public static ConfigKey also(String canonical, String... own) {
    return same(canonical, own).unwritten();
  }

  /**
   * Says what an absent key of the dialect stands for.
   *
   * @param absent the value
   * @return a changed copy
   */
  public ConfigKey orElse(String absent) {
    return meaning(absent);
  }

  private ConfigKey meaning(String... all) {
    return new ConfigKey(canonical, own, codec, List.of(all), written);
  }

  private ConfigKey unwritten() {
    return new ConfigKey(canonical, own, codec, values, false);
  }

  /**
   * What an absent key of the dialect stands for.
   *
   * @return the first of the values
   */
  public Optional<String> absent() {
    return values.stream().findFirst();
  }

  /**
   * Other keys of the dialect for the same fact.
   *
   * @param keys in place of the row's
   * @return a changed copy
   */
  public ConfigKey from(List<String> keys) {
    return new ConfigKey(canonical, keys, codec, values, written);
  }

  /**
   * Channels of a head, which are {@code hidden_size / num_attention_heads} where they are absent.
   *
   * @param own the dialect's keys; none where a head can't have others
   * @return the row of {@code kv_channels}
   */
  public static ConfigKey headSize(String... own) {
    return of("kv_channels", new Codec.Usual(HEAD, Side.CANONICAL), own);
  }

  /**
   * Width of the MLP, which is four times {@code hidden_size} where it is absent.
   *
   * @param own the dialect's keys
   * @return the row of {@code ffn_hidden_size}
   */
  public static ConfigKey innerSize(String... own) {
    return of("ffn_hidden_size", new Codec.Usual("4 * hidden_size", Side.DIALECT), own);
  }
}
