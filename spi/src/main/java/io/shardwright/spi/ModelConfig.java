package io.shardwright.spi;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model's configuration under NeMo 1's keys, whatever file it came from. Keys of nested maps are
 * dotted paths, such as {@code tokenizer.model}; an item of a list is its number from 0.
 *
 * <p>Methods that ask for a kind of value refuse a value of another kind; it never counts as
 * absent.
 */
public interface ModelConfig {
  /** The kinds of values that a key can have, by the rules of YAML 1.1. */
  enum Kind {
    /** The key is absent, or its value is null. */
    NONE("null"),
    /** A truth value: {@code true}, {@code yes}, {@code on} or their opposites, in any case. */
    FLAG("a truth value"),
    /** An integer. */
    WHOLE("a whole number"),
    /** A number that is not written as an integer. */
    NUMBER("a number"),
    /** Any other scalar. */
    TEXT("a text"),
    /** A list. */
    LIST("a list"),
    /** A map. */
    MAP("a map");

    private static final Set<String> NOTHING = Set.of("null", "~", "");
    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");
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
     * Determines the kind of a plain (unquoted) YAML scalar by its form.
     *
     * @param text the scalar as written
     * @return {@link #LIST} if it begins with a bracket; never {@link #MAP}
     */
    public static Kind of(String text) {
      if (NOTHING.contains(text)) {
        return NONE;
      }
      char first = text.charAt(0);
      if (Character.isLetter(first)) {
        String word = text.toLowerCase(Locale.ROOT);
        return TRUE.contains(word) || FALSE.contains(word) ? FLAG : TEXT;
      }
      if (DIGITS.matcher(text).matches()) {
        return WHOLE;
      }
      return DECIMAL.matcher(text).matches() ? NUMBER : first == '[' ? LIST : TEXT;
    }
  }

  /**
   * Returns a scalar as it is written.
   *
   * @param key dotted path
   * @return the text; a list of scalars in brackets, such as {@code [4095, 0]}; empty if the key is
   *     absent, null, or a map
   */
  Optional<String> text(String key);

  /**
   * Returns the kind of a key's value.
   *
   * @param key dotted path
   * @return the kind; {@link Kind#NONE} if the key is absent or null
   */
  default Kind kind(String key) {
    return text(key).map(Kind::of).orElse(Kind.NONE);
  }

  /**
   * Returns an integer.
   *
   * @param key dotted path
   * @return the integer; empty if the key is absent or null
   * @throws MalformedCheckpointException if the value is no integer, or has more than 18 digits
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
   * Returns an integer that has a lower bound.
   *
   * @param key dotted path
   * @param least the smallest legal value
   * @return an integer of at least {@code least}; empty if the key is absent or null
   * @throws MalformedCheckpointException if the value is no integer, or is smaller than {@code
   *     least}
   */
  default OptionalLong count(String key, long least) {
    OptionalLong value = integer(key);
    if (value.isPresent() && value.getAsLong() < least) {
      throw unexpected(key, "a whole number from " + least + " on");
    }
    return value;
  }

  /**
   * Returns a number.
   *
   * @param key dotted path
   * @return a finite number; empty if the key is absent or null
   * @throws MalformedCheckpointException if the value is no finite number
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
   * Returns a truth value.
   *
   * @param key dotted path
   * @return true if the value is {@code true}, {@code yes} or {@code on} in any case; false also if
   *     the key is absent or null
   * @throws MalformedCheckpointException if the value is no truth value
   */
  default boolean flag(String key) {
    Kind kind = kind(key);
    if (kind != Kind.NONE && kind != Kind.FLAG) {
      throw unexpected(key, "true or false");
    }
    return kind == Kind.FLAG && Kind.TRUE.contains(text(key).orElse("").toLowerCase(Locale.ROOT));
  }

  /**
   * Makes the exception for a value that a key can't have.
   *
   * @param key dotted path
   * @param expected the legal values, such as {@code a whole number}
   * @return an exception of {@link ErrorCode#CONFIG_VALUE}, for the caller to throw
   */
  default MalformedCheckpointException unexpected(String key, String expected) {
    return new MalformedCheckpointException(ErrorCode.CONFIG_VALUE, where(), unlike(key, expected));
  }

  /**
   * Says in words that a value is not one that its key can have.
   *
   * @param key dotted path
   * @param expected the legal values, such as {@code a whole number}
   * @return for example {@code hidden_size is 64.0 (a number), expected a whole number}
   */
  default String unlike(String key, String expected) {
    Kind kind = kind(key);
    String what = kind == Kind.NONE || kind == Kind.MAP ? "" : " (" + kind + ")";
    return says(key) + what + ", expected " + expected;
  }

  /**
   * Returns the document's name for messages.
   *
   * @return {@code the configuration}, unless an implementation knows the file
   */
  default String where() {
    return "the configuration";
  }

  /**
   * States a key's value for messages, with the document's own name of the key.
   *
   * @param key dotted path
   * @return for example {@code hidden_size is 64}
   */
  default String says(String key) {
    return key + " is " + text(key).orElse(has(key) ? kind(key).toString() : "absent");
  }

  /**
   * Tells whether this kind of document has a name for a key, whether the key is set or not.
   *
   * @param key dotted path
   * @return false for keys whose values follow from the kind of document alone
   */
  default boolean knows(String key) {
    return true;
  }

  /**
   * States the values of several keys for messages.
   *
   * @param keys dotted paths
   * @return the statements, separated by commas, without the keys that the document has no name for
   */
  default String saying(List<String> keys) {
    return keys.stream()
        .filter(this::knows)
        .map(this::says)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  /**
   * Tells whether the configuration has a key, be its value null or not.
   *
   * @param key dotted path
   * @return true if it has
   */
  boolean has(String key);

  /**
   * Returns the configuration as one layer sees it.
   *
   * @param layer the layer's number in its stack, from 0
   * @return a view in whose keys a part {@code *} stands for the layer's number, as in {@code
   *     layer_types.*} and {@code block_configs.*.ffn.intermediate_size}
   */
  default ModelConfig at(int layer) {
    return new LayerConfig(this, Integer.toString(layer));
  }

  /**
   * Returns the PEFT scheme of a checkpoint that holds the adapter's parameters without those of
   * the model (NeMo v1.23.0, {@code nemo/collections/nlp/parts/mixins/nlp_adapter_mixins.py}).
   *
   * @return the value of {@code peft.peft_scheme}, such as {@code lora}; empty for a whole model
   */
  default Optional<String> peftScheme() {
    return text("peft.peft_scheme").filter(scheme -> !scheme.equals("none"));
  }
}
