package io.shardwright.spi;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model's configuration in NeMo's keys, whatever file it came from. Keys of nested maps are
 * joined with dots: {@code tokenizer.model}.
 *
 * <p>A value of another kind than the one that is asked for is refused; it never counts as absent.
 */
public interface ModelConfig {
  /** What a key's value is. */
  enum Kind {
    /** The key is absent, or its value is null. */
    NONE("null"),
    /** A truth value. */
    FLAG("a truth value"),
    /** An integer. */
    WHOLE("a whole number"),
    /** Any other number. */
    NUMBER("a number"),
    /** A text. */
    TEXT("a text"),
    /** A list. */
    LIST("a list"),
    /** A map. */
    MAP("a map");

    private static final Pattern NOTHING = Pattern.compile("null|~|");
    private static final Pattern TRUTH =
        Pattern.compile("true|false|yes|no|on|off", Pattern.CASE_INSENSITIVE);
    private static final Pattern DIGITS = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern LONG = Pattern.compile("[-+]?[0-9]{1,18}");
    private static final Pattern DECIMAL =
        Pattern.compile(
            "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?|(?i:[-+]?\\.inf|\\.nan)");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }

    /**
     * The kind of a plain scalar in YAML.
     *
     * @param text as written
     * @return by its form; a text in brackets is a list
     */
    public static Kind of(String text) {
      if (NOTHING.matcher(text).matches()) {
        return NONE;
      }
      if (TRUTH.matcher(text).matches()) {
        return FLAG;
      }
      if (DIGITS.matcher(text).matches()) {
        return WHOLE;
      }
      return DECIMAL.matcher(text).matches() ? NUMBER : text.startsWith("[") ? LIST : TEXT;
    }
  }

  /**
   * A scalar as it is written.
   *
   * @param key dotted path
   * @return empty where the key is absent, null, or a map; a list of scalars in brackets, such as
   *     {@code [4095, 0]}
   */
  Optional<String> text(String key);

  /**
   * What a key's value is.
   *
   * @param key dotted path
   * @return {@link Kind#NONE} where there is none
   */
  default Kind kind(String key) {
    return text(key).map(Kind::of).orElse(Kind.NONE);
  }

  /**
   * An integer.
   *
   * @param key dotted path
   * @return empty where the key is absent or null
   * @throws MalformedCheckpointException if the value is no integer below 10^18
   */
  default OptionalLong integer(String key) {
    Kind kind = kind(key);
    if (kind == Kind.NONE) {
      return OptionalLong.empty();
    }
    String whole =
        text(key)
            .filter(text -> kind == Kind.WHOLE && Kind.LONG.matcher(text).matches())
            .orElseThrow(() -> unexpected(key, "a whole number below 10^18"));
    return OptionalLong.of(Long.parseLong(whole));
  }

  /**
   * An integer that counts.
   *
   * @param key dotted path
   * @param least the smallest that makes sense
   * @return empty where the key is absent or null
   * @throws MalformedCheckpointException if the value is no integer, or is smaller
   */
  default OptionalLong count(String key, long least) {
    OptionalLong value = integer(key);
    if (value.isPresent() && value.getAsLong() < least) {
      throw unexpected(key, "a whole number from " + least + " on");
    }
    return value;
  }

  /**
   * A number.
   *
   * @param key dotted path
   * @return finite; empty where the key is absent or null
   * @throws MalformedCheckpointException if the value is no number
   */
  default OptionalDouble number(String key) {
    Kind kind = kind(key);
    if (kind == Kind.NONE) {
      return OptionalDouble.empty();
    }
    boolean number = kind == Kind.WHOLE || kind == Kind.NUMBER;
    double value = number ? parsed(text(key).orElseThrow()) : Double.NaN;
    if (!Double.isFinite(value)) {
      throw unexpected(key, "a finite number");
    }
    return OptionalDouble.of(value);
  }

  private static double parsed(String number) {
    try {
      return Double.parseDouble(number.replace("_", ""));
    } catch (NumberFormatException other) {
      return Double.NaN;
    }
  }

  /**
   * A truth value.
   *
   * @param key dotted path
   * @return true where the value is {@code true}, {@code yes} or {@code on} in any case; false
   *     where the key is absent or null too
   * @throws MalformedCheckpointException if the value is no truth value
   */
  default boolean flag(String key) {
    Kind kind = kind(key);
    if (kind != Kind.NONE && kind != Kind.FLAG) {
      throw unexpected(key, "true or false");
    }
    return kind == Kind.FLAG && text(key).orElse("").matches("(?i)true|yes|on");
  }

  /**
   * A value that is not what a key needs.
   *
   * @param key dotted path
   * @param expected what it needs
   * @return to be thrown
   */
  default MalformedCheckpointException unexpected(String key, String expected) {
    return new MalformedCheckpointException(ErrorCode.CONFIG_VALUE, where(), unlike(key, expected));
  }

  /**
   * Says that a value is not what a key needs.
   *
   * @param key dotted path
   * @param expected what it needs
   * @return for example {@code hidden_size is 64.0 (a number), expected a whole number}
   */
  default String unlike(String key, String expected) {
    Kind kind = kind(key);
    String what = kind == Kind.NONE || kind == Kind.MAP ? "" : " (" + kind + ")";
    return says(key) + what + ", expected " + expected;
  }

  /**
   * The document, for messages.
   *
   * @return its name
   */
  default String where() {
    return "the configuration";
  }

  /**
   * What the document says under a key, for messages, in its own words.
   *
   * @param key dotted path
   * @return for example {@code hidden_size is 64}
   */
  default String says(String key) {
    return key + " is " + text(key).orElse(has(key) ? kind(key).toString() : "absent");
  }

  /**
   * Whether the document has a word for a key, to say something under it or not.
   *
   * @param key dotted path
   * @return false for what follows from the kind of document alone
   */
  default boolean knows(String key) {
    return true;
  }

  /**
   * What the document says under several keys, for messages.
   *
   * @param keys dotted paths
   * @return joined by commas, without keys that it has no word for
   */
  default String saying(List<String> keys) {
    return keys.stream()
        .filter(this::knows)
        .map(this::says)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /**
   * Whether a key stands in the configuration, null values included.
   *
   * @param key dotted path
   * @return true where it does
   */
  boolean has(String key);

  /**
   * The kind of adapter whose parameters alone a checkpoint holds, without the model's (NeMo
   * v1.23.0, {@code nemo/collections/nlp/parts/mixins/nlp_adapter_mixins.py}).
   *
   * @return {@code peft.peft_scheme}, such as {@code lora}; empty for a whole model
   */
  default Optional<String> peftScheme() {
    return text("peft.peft_scheme").filter(scheme -> !scheme.equals("none"));
  }
}
