package io.shardwright.spi;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A family's rule on one configuration key, as data: values with which a model can't be read,
 * values with which it would compute something else under another naming, and values that must
 * change with the naming. The engine applies the rules whose conditions hold.
 *
 * @param kind what the engine does if the rule applies
 * @param key dotted path of the key, which messages name
 * @param from namings of the source to which the rule applies
 * @param to namings of the target to which the rule applies; {@link Kind#UNREADABLE}, {@link
 *     Kind#KEPT} and {@link Kind#MEGATRON} apply whatever the target is, the other kinds only if
 *     the naming changes
 * @param conditions conditions on the source's configuration, all of which must hold
 * @param text for {@link Kind#BECOMES} and {@link Kind#MEGATRON} the new value in YAML, where
 *     <code>${other}</code> stands for the value of another key; for the other kinds the reason, as
 *     the end of a sentence
 */
public record KeyRule(
    Kind kind,
    String key,
    Set<Naming> from,
    Set<Naming> to,
    List<Condition> conditions,
    String text)
    implements Conditional<KeyRule> {

  /** What the engine does if a rule applies. */
  public enum Kind {
    /** Refuses the source: the family has no rows for such a model. */
    UNREADABLE,
    /** Refuses the target's naming: the model would compute something else in it. */
    REFUSED,
    /** Gives the key another value in the target's configuration. */
    BECOMES,
    /** Says that NeMo doesn't compute the model, and that a target of NeMo's only keeps it. */
    KEPT,
    /**
     * Gives the key another value in Megatron-Core's own formats, which keep the same model's
     * weights in another way than NeMo does; rows with conditions on the key say how.
     */
    MEGATRON
  }

  private static final Set<Naming> EVERY = EnumSet.allOf(Naming.class);

  /**
   * Copies the collections; no component may be null.
   *
   * @param kind kept as given
   * @param key kept as given
   * @param from copied
   * @param to copied
   * @param conditions copied
   * @param text kept as given
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
   * Makes a rule that refuses sources which the family can't read.
   *
   * @param key dotted path of the key that tells
   * @param reason the reason, as the end of a sentence
   * @return a rule for all namings and values, to be restricted by the methods below
   */
  public static KeyRule unreadable(String key, String reason) {
    return new KeyRule(Kind.UNREADABLE, key, EVERY, EVERY, List.of(), reason);
  }

  /**
   * Makes a rule that refuses a change of naming because the model would compute something else.
   *
   * @param key dotted path of the key that the code of only one of the namings uses
   * @param reason the reason, as the end of a sentence
   * @return a rule for all namings and values, to be restricted by the methods below
   */
  public static KeyRule refused(String key, String reason) {
    return new KeyRule(Kind.REFUSED, key, EVERY, EVERY, List.of(), reason);
  }

  /**
   * Makes a rule that says of a target of NeMo's that it only keeps the model.
   *
   * @param key dotted path of a key that NeMo doesn't use
   * @param reason the reason, as the end of a sentence
   * @return a rule for all namings and values, to be restricted by the methods below
   */
  public static KeyRule kept(String key, String reason) {
    return new KeyRule(Kind.KEPT, key, EVERY, EVERY, List.of(), reason);
  }

  /**
   * Makes a rule that changes a key's value when the naming changes.
   *
   * @param key dotted path
   * @param value the new value in YAML; <code>${other}</code> stands for the value of another key,
   *     and nothing changes if that key has none
   * @return a rule for all namings and values, to be restricted by the methods below
   */
  public static KeyRule becomes(String key, String value) {
    return new KeyRule(Kind.BECOMES, key, EVERY, EVERY, List.of(), value);
  }

  /**
   * Makes a rule that changes a key's value in Megatron-Core's own formats.
   *
   * @param key dotted path
   * @param value the value in YAML that says how weights are kept there
   * @return a rule for all namings and values, to be restricted by the methods below
   */
  public static KeyRule megatron(String key, String value) {
    return new KeyRule(Kind.MEGATRON, key, EVERY, EVERY, List.of(), value);
  }

  /**
   * Restricts the rule to some namings of the source.
   *
   * @param namings those to which it applies
   * @return a changed copy
   */
  public KeyRule from(Naming... namings) {
    return new KeyRule(kind, key, Set.of(namings), to, conditions, text);
  }

  /**
   * Restricts the rule to some namings of the target.
   *
   * @param namings those to which it applies
   * @return a changed copy
   */
  public KeyRule to(Naming... namings) {
    return new KeyRule(kind, key, from, Set.of(namings), conditions, text);
  }

  /**
   * Restricts the rule to some values of its own key.
   *
   * @param values texts in lower case; {@code null} for an absent key
   * @return a changed copy
   */
  public KeyRule is(String... values) {
    return when(key, values);
  }

  /**
   * Exempts some values of the rule's own key.
   *
   * @param values texts in lower case; {@code null} for an absent key
   * @return a changed copy
   */
  public KeyRule isNot(String... values) {
    return unless(key, values);
  }

  @Override
  public KeyRule and(Condition condition) {
    var all = new ArrayList<>(conditions);
    all.add(condition);
    return new KeyRule(kind, key, from, to, all, text);
  }

  /**
   * Tells whether the rule applies to a source, whatever its target is.
   *
   * @param config the source's configuration
   * @param source the source's naming
   * @return true if the naming is one of {@code from} and all conditions hold
   */
  public boolean holds(ModelConfig config, Naming source) {
    return from.contains(source) && conditions.stream().allMatch(c -> c.holds(config));
  }

  /**
   * Tells whether the rule applies to a change of naming.
   *
   * @param config the source's configuration
   * @param source the source's naming
   * @param target the target's naming
   * @return false if both are the same; otherwise whether the rule applies to both
   */
  public boolean holds(ModelConfig config, Naming source, Naming target) {
    return source != target && to.contains(target) && holds(config, source);
  }

  /**
   * Returns the key's new value by a rule of {@link Kind#BECOMES} or {@link Kind#MEGATRON}.
   *
   * @param config the source's configuration
   * @return a value in YAML; empty if it is that of another key that is absent or null
   */
  public Optional<String> value(ModelConfig config) {
    Optional<String> other = Condition.reference(text);
    return other.isPresent() ? config.text(other.get()) : Optional.of(text);
  }

  /**
   * Says why a model is refused: the key, its value, and the rule's reason.
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
