package io.shardwright.core.internal.codec.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A JSON value. */
public sealed interface JsonValue {
  /** {@code null}. */
  enum Null implements JsonValue {
    /** The one. */
    NULL
  }

  /** A truth value. */
  record Bool(boolean value) implements JsonValue {}

  /** A number as it is spelt; {@code NaN} and {@code Infinity} in what Python wrote. */
  record Num(String text) implements JsonValue {
    /** An integer. */
    public static Num of(long value) {
      return new Num(Long.toString(value));
    }
  }

  /** A string. */
  record Str(String value) implements JsonValue {}

  /** An array. */
  record Arr(List<JsonValue> items) implements JsonValue {
    /** An array of integers. */
    public static Arr of(List<Long> numbers) {
      return new Arr(numbers.stream().<JsonValue>map(Num::of).toList());
    }

    /** The items as integers; empty where one is none. */
    public Optional<List<Long>> longs() {
      var numbers = items.stream().map(JsonValue::asLong).toList();
      return numbers.stream().allMatch(OptionalLong::isPresent)
          ? Optional.of(numbers.stream().map(OptionalLong::getAsLong).toList())
          : Optional.empty();
    }
  }

  /** An object, in the order of the document. */
  record Obj(Map<String, JsonValue> fields) implements JsonValue {
    /** An empty object to be filled. */
    public static Obj empty() {
      return new Obj(new LinkedHashMap<>());
    }

    /** Adds or replaces a field. */
    public Obj put(String key, JsonValue value) {
      fields.put(key, value);
      return this;
    }

    /** A field. */
    public Optional<JsonValue> get(String key) {
      return Optional.ofNullable(fields.get(key));
    }
  }

  /** An integer that fits a long; empty for all else. */
  default OptionalLong asLong() {
    return this instanceof Num num && num.text().matches("-?[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(num.text()))
        : OptionalLong.empty();
  }

  /** A string; empty for all else. */
  default Optional<String> asText() {
    return this instanceof Str str ? Optional.of(str.value()) : Optional.empty();
  }
}
