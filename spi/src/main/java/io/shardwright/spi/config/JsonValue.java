package io.shardwright.spi.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A JSON value (RFC 8259). The engine parses and writes documents, under its limits. */
public sealed interface JsonValue {
  /** {@code null}. */
  enum Null implements JsonValue {
    /** The one. */
    NULL
  }

  /**
   * A truth value.
   *
   * @param value true or false
   */
  record Bool(boolean value) implements JsonValue {}

  /**
   * A number.
   *
   * @param text as it is spelt; {@code NaN} and {@code Infinity} in what Python wrote
   */
  record Num(String text) implements JsonValue {
    private boolean isLong() {
      int first = text.startsWith("-") ? 1 : 0;
      boolean digits = text.length() > first && text.length() <= first + 18;
      for (int at = first; digits && at < text.length(); at++) {
        digits = text.charAt(at) >= '0' && text.charAt(at) <= '9';
      }
      return digits;
    }

    /**
     * Makes an integer.
     *
     * @param value the integer
     * @return the number
     */
    public static Num of(long value) {
      return new Num(Long.toString(value));
    }
  }

  /**
   * A string.
   *
   * @param value its text, without escapes
   */
  record Str(String value) implements JsonValue {}

  /**
   * An array.
   *
   * @param items in order; kept as given
   */
  record Arr(List<JsonValue> items) implements JsonValue {
    /**
     * Makes an array of integers.
     *
     * @param numbers in order
     * @return the array
     */
    public static Arr of(List<Long> numbers) {
      return new Arr(numbers.stream().<JsonValue>map(Num::of).toList());
    }

    /**
     * Returns the items as integers.
     *
     * @return in order; empty where one is none
     */
    public Optional<List<Long>> longs() {
      var numbers = items.stream().map(JsonValue::asLong).toList();
      return numbers.stream().allMatch(OptionalLong::isPresent)
          ? Optional.of(numbers.stream().map(OptionalLong::getAsLong).toList())
          : Optional.empty();
    }
  }

  /**
   * An object.
   *
   * @param fields in the order of the document; kept as given, and changed by {@link #put}
   */
  record Obj(Map<String, JsonValue> fields) implements JsonValue {
    /**
     * Makes an empty object to be filled.
     *
     * @return an object of its own
     */
    public static Obj empty() {
      return new Obj(new LinkedHashMap<>());
    }

    /**
     * Adds or replaces a field.
     *
     * @param key the field's name
     * @param value its value
     * @return this object
     */
    public Obj put(String key, JsonValue value) {
      fields.put(key, value);
      return this;
    }

    /**
     * Adds or replaces a field of an object within; objects on the way are made where there are
     * none.
     *
     * @param path names, separated by dots
     * @param value the field's value
     */
    public void putAt(String path, JsonValue value) {
      int dot = path.indexOf('.');
      if (dot < 0) {
        put(path, value);
      } else {
        String name = path.substring(0, dot);
        Obj part = fields.get(name) instanceof Obj known ? known : empty();
        part.putAt(path.substring(dot + 1), value);
        put(name, part);
      }
    }

    /**
     * Returns a field's value.
     *
     * @param key the field's name
     * @return its value; empty where there is no such field
     */
    public Optional<JsonValue> get(String key) {
      return Optional.ofNullable(fields.get(key));
    }

    /**
     * Returns a copy, so that the original stays as it is when fields are put.
     *
     * @return an object of its own with the same values
     */
    public Obj copy() {
      return new Obj(new LinkedHashMap<>(fields));
    }
  }

  /**
   * Returns an integer.
   *
   * @return the integer; empty for every other value, and for one of more than 18 digits
   */
  default OptionalLong asLong() {
    return this instanceof Num num && num.isLong()
        ? OptionalLong.of(Long.parseLong(num.text()))
        : OptionalLong.empty();
  }

  /**
   * Returns a string.
   *
   * @return its text; empty for every other value
   */
  default Optional<String> asText() {
    return this instanceof Str str ? Optional.of(str.value()) : Optional.empty();
  }
}
