package io.shardwright.spi;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a configuration key means beyond names and shapes: for which values a model can't be read,
 * for which it computes something else under other names, and what becomes of it there. A family's
 * rules are data; the engine finds those that hold.
 *
 * @param kind what follows where the rule holds
 * @param key dotted path, which messages name
 * @param from namings of the source
 * @param to namings of the target; a rule is about a change of naming unless it is {@link
 *     Kind#UNREADABLE}
 * @param conditions on the source's configuration, all of which must hold
 * @param text the reason of a refusal, as the end of a sentence; the new value of {@link
 *     Kind#BECOMES}, where <code>${other}</code> stands for another key's
 */
public record KeyRule(
    Kind kind,
    String key,
    Set<Naming> from,
    Set<Naming> to,
    List<Condition> conditions,
    String text) {

  /** What follows from a rule. */
  public enum Kind {
    /** The family has no rows for such a model. */
    UNREADABLE,
    /** The model would compute something else under the target's names. */
    REFUSED,
    /** The key has another value under the target's names. */
    BECOMES
  }

  private static final Set<Naming> EVERY = EnumSet.allOf(Naming.class);

  /**
   * Copies the collections.
   *
   * @param kind see the record
   * @param key see the record
   * @param from see the record
   * @param to see the record
   * @param conditions see the record
   * @param text see the record
   */
  public KeyRule {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(text, "text");
    from = Set.copyOf(from);
    to = Set.copyOf(to);
    conditions = List.copyOf(conditions);
  }

  /**
   * Models that the family can't read.
   *
   * @param key the key that says so
   * @param reason the end of a sentence
   * @return a rule for all namings and values
   */
  public static KeyRule unreadable(String key, String reason) {
    return new KeyRule(Kind.UNREADABLE, key, EVERY, EVERY, List.of(), reason);
  }

  /**
   * Models that would compute something else in another naming.
   *
   * @param key the key that only one of them heeds
   * @param reason the end of a sentence
   * @return a rule for all namings and values
   */
  public static KeyRule refused(String key, String reason) {
    return new KeyRule(Kind.REFUSED, key, EVERY, EVERY, List.of(), reason);
  }

  /**
   * A key that has another value in another naming.
   *
   * @param key dotted path
   * @param value as YAML; <code>${other}</code> is another key's, and without one nothing changes
   * @return a rule for all namings and values
   */
  public static KeyRule becomes(String key, String value) {
    return new KeyRule(Kind.BECOMES, key, EVERY, EVERY, List.of(), value);
  }

  /**
   * For these sources alone.
   *
   * @param namings of sources
   * @return a changed copy
   */
  public KeyRule from(Naming... namings) {
    return new KeyRule(kind, key, Set.of(namings), to, conditions, text);
  }

  /**
   * For these targets alone.
   *
   * @param namings of targets
   * @return a changed copy
   */
  public KeyRule to(Naming... namings) {
    return new KeyRule(kind, key, from, Set.of(namings), conditions, text);
  }

  /**
   * Only where the key itself has one of some values.
   *
   * @param values in lower case; {@code null} for none
   * @return a changed copy
   */
  public KeyRule is(String... values) {
    return when(key, values);
  }

  /**
   * Only where the key itself has none of some values.
   *
   * @param values in lower case; {@code null} for none
   * @return a changed copy
   */
  public KeyRule isNot(String... values) {
    return unless(key, values);
  }

  /**
   * Only where another key has one of some values.
   *
   * @param other dotted path
   * @param values in lower case; {@code null} for none
   * @return a changed copy
   */
  public KeyRule when(String other, String... values) {
    return with(new Condition(other, List.of(values), false));
  }

  /**
   * Only where another key has none of some values.
   *
   * @param other dotted path
   * @param values in lower case; {@code null} for none
   * @return a changed copy
   */
  public KeyRule unless(String other, String... values) {
    return with(new Condition(other, List.of(values), true));
  }

  private KeyRule with(Condition condition) {
    var all = new ArrayList<>(conditions);
    all.add(condition);
    return new KeyRule(kind, key, from, to, all, text);
  }

  /**
   * Whether the rule holds for a source, whatever is made of it.
   *
   * @param config the source's configuration
   * @param source its naming
   * @return true where all conditions do
   */
  public boolean holds(ModelConfig config, Naming source) {
    return from.contains(source) && conditions.stream().allMatch(c -> c.holds(config));
  }

  /**
   * Whether the rule holds for a change of naming.
   *
   * @param config the source's configuration
   * @param source its naming
   * @param target the naming that is wanted
   * @return false where the naming stays
   */
  public boolean holds(ModelConfig config, Naming source, Naming target) {
    return source != target && to.contains(target) && holds(config, source);
  }

  /**
   * The new value of a key.
   *
   * @param config the source's configuration
   * @return empty where it is another key's that has none
   */
  public Optional<String> value(ModelConfig config) {
    Optional<String> other = Condition.reference(text);
    return other.isPresent() ? config.text(other.get()) : Optional.of(text);
  }

  /**
   * Why a model is refused.
   *
   * @param config the source's configuration
   * @return a sentence without its full stop
   */
  public String refusal(ModelConfig config) {
    return config.text(key).map(found -> key + " is " + found).orElse(key + " is not set")
        + ": "
        + text;
  }
}
