package io.shardwright.spi.config;

import io.shardwright.spi.config.Codec.Flag;
import io.shardwright.spi.config.Codec.Same;
import io.shardwright.spi.config.Codec.Side;
import java.util.ArrayList;
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
 * @param use whether the dialect's key is read, written or both
 * @param conditions on canonical keys of rows before it; where one does not hold, the row says
 *     nothing
 */
public record ConfigKey(
    String canonical,
    List<String> own,
    Codec codec,
    List<String> values,
    Use use,
    List<Given> conditions) {
  /** Which way a row is used. */
  public enum Use {
    /** Read and written. */
    BOTH,
    /** Read alone. */
    READ,
    /** Written alone: what is read there says nothing. */
    WRITTEN
  }

  /** The usual channels of a head. */
  private static final String HEAD = "hidden_size / num_attention_heads";

  /** The usual width of the MLP. */
  private static final String INNER = "4 * hidden_size";

  /**
   * Copies the lists.
   *
   * @param canonical kept as given
   * @param own copied
   * @param codec kept as given
   * @param values copied
   * @param use kept as given
   * @param conditions copied
   */
  public ConfigKey {
    own = List.copyOf(own);
    values = List.copyOf(values);
    conditions = List.copyOf(conditions);
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
    return new ConfigKey(canonical, List.of(own), codec, List.of(), Use.BOTH, List.of());
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
   * Truth values, each the other's contrary; the canonical one is off where it is absent.
   *
   * @param canonical the canonical key
   * @param own the dialect's
   * @return the row
   */
  public static ConfigKey inverted(String canonical, String own) {
    return of(canonical, Flag.INVERTED, own);
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
    return only(own, values).readAlone();
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
    return same(canonical, own).readAlone();
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
    return new ConfigKey(canonical, own, codec, List.of(all), use, conditions);
  }

  /**
   * Says that the dialect's key is never written.
   *
   * @return a changed copy
   */
  public ConfigKey readAlone() {
    return new ConfigKey(canonical, own, codec, values, Use.READ, conditions);
  }

  /**
   * Says that the row tells nothing of a document that is read.
   *
   * @return a changed copy
   */
  public ConfigKey writtenAlone() {
    return new ConfigKey(canonical, own, codec, values, Use.WRITTEN, conditions);
  }

  /**
   * A value that a document of the dialect always has, whatever is read there.
   *
   * @param own the key
   * @param value as text
   * @return the row
   */
  public static ConfigKey states(String own, String value) {
    var row = only(own, value);
    return new ConfigKey("", row.own, row.codec, row.values, Use.WRITTEN, List.of());
  }

  /**
   * A flag that the canonical configuration has only where it is on.
   *
   * @param canonical the canonical key
   * @param own the dialect's
   * @return the row; off where the dialect's key is absent
   */
  public static ConfigKey flag(String canonical, String... own) {
    return of(canonical, Flag.FLAG, own).orElse("false");
  }

  /**
   * A list of scalars, or one scalar.
   *
   * @param canonical the canonical key
   * @param own the dialect's
   * @return the row
   */
  public static ConfigKey list(String canonical, String... own) {
    return of(canonical, Codec.Special.LIST, own);
  }

  /**
   * Restricts the row to models of which a canonical key says one of some values.
   *
   * @param key a key of a row before this one
   * @param any its values; {@code null} where it is absent
   * @return a changed copy
   */
  public ConfigKey when(String key, String... any) {
    return where(new Given(key, List.of(any), false));
  }

  /**
   * Restricts the row to models of which a canonical key says none of some values.
   *
   * @param key a key of a row before this one
   * @param none its values; {@code null} where it is absent
   * @return a changed copy
   */
  public ConfigKey unless(String key, String... none) {
    return where(new Given(key, List.of(none), true));
  }

  private ConfigKey where(Given condition) {
    var all = new ArrayList<>(conditions);
    all.add(condition);
    return new ConfigKey(canonical, own, codec, values, use, all);
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
    return new ConfigKey(canonical, keys, codec, values, use, conditions);
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
    return of("ffn_hidden_size", new Codec.Usual(INNER, Side.DIALECT), own);
  }

  /**
   * Width of the MLP, which is four times {@code hidden_size} where either side leaves it out.
   *
   * @param own the dialect's keys
   * @return the row of {@code ffn_hidden_size}
   */
  public static ConfigKey knownInnerSize(String... own) {
    return of("ffn_hidden_size", new Codec.Usual(INNER, Side.EITHER), own);
  }
}
