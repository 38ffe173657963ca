package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Bool;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A document of a dialect, its scalars as texts. Keys are dotted paths; beside them {@code a[i]} is
 * part i of a text between underscores, {@code #t@i} extent i of tensor t, and {@code #t} the
 * number of tensors with a number for the star in t.
 *
 * @param shapes of the tensors beside the document
 */
public record DialectDocument(Obj document, Map<String, Shape> shapes) implements ModelConfig {
  /** Numbers that are none, in Python's JSON and in YAML. */
  private static final Map<String, String> NOT_FINITE =
      Map.of("NaN", ".nan", "Infinity", ".inf", "-Infinity", "-.inf");

  /** A document alone. */
  public DialectDocument(Obj document) {
    this(document, Map.of());
  }

  /** The first of some keys that has a value; null is none. */
  public Optional<String> text(List<String> keys) {
    return keys.stream().flatMap(key -> one(key).stream()).findFirst();
  }

  private Optional<String> one(String key) {
    if (key.startsWith("#")) {
      return key.contains("@") ? extent(key.substring(1)) : count(key.substring(1));
    }
    if (key.endsWith("]")) {
      int open = key.indexOf('[');
      int index = Integer.parseInt(key.substring(open + 1, key.length() - 1));
      return one(key.substring(0, open))
          .map(text -> text.split("[_.]"))
          .filter(parts -> parts.length > index)
          .map(parts -> parts[index]);
    }
    return value(key).flatMap(DialectDocument::text);
  }

  private Optional<String> extent(String place) {
    String[] parts = place.split("@");
    int axis = Integer.parseInt(parts[1]);
    return Optional.ofNullable(shapes.get(parts[0]))
        .filter(shape -> shape.rank() > axis)
        .map(shape -> Long.toString(shape.dim(axis)));
  }

  private Optional<String> count(String pattern) {
    String name = "\\Q" + pattern.replace("*", "\\E[0-9]+\\Q") + "\\E";
    long count = shapes.keySet().stream().filter(found -> found.matches(name)).count();
    return count == 0 ? Optional.empty() : Optional.of(Long.toString(count));
  }

  @Override
  public Optional<String> text(String key) {
    return text(List.of(key));
  }

  @Override
  public boolean has(String key) {
    return kind(key) != Kind.NONE;
  }

  @Override
  public Kind kind(String key) {
    if (key.startsWith("#") || key.endsWith("]")) {
      return one(key).map(Kind::of).orElse(Kind.NONE);
    }
    JsonValue value = value(key).orElse(Null.NULL);
    if (value instanceof Arr || value instanceof Obj) {
      return value instanceof Arr ? Kind.LIST : Kind.MAP;
    }
    return value instanceof Num num
        ? num.text().matches("-?[0-9]+") ? Kind.WHOLE : Kind.NUMBER
        : value instanceof Bool ? Kind.FLAG : value instanceof Str ? Kind.TEXT : Kind.NONE;
  }

  @Override
  public String says(String key) {
    if (key.startsWith("#")) {
      String[] place = key.substring(1).split("@");
      String number = text(key).orElse("0");
      return place.length > 1
          ? "'" + place[0] + "' has " + number + " on axis " + place[1]
          : "there are " + number + " of '" + place[0] + "'";
    }
    return kind(key) == Kind.LIST
        ? key + " is " + shown(((Arr) value(key).orElseThrow()).items())
        : ModelConfig.super.says(key);
  }

  private static String shown(List<JsonValue> items) {
    return items.stream()
        .limit(4)
        .map(item -> text(item).orElse("…"))
        .collect(Collectors.joining(", ", "[", items.size() > 4 ? ", …]" : "]"));
  }

  /** A key's value; {@code a.b} is a key of an object. */
  Optional<JsonValue> value(String key) {
    JsonValue value = document;
    for (String part : key.split("\\.")) {
      value = value instanceof Obj object ? object.get(part).orElse(Null.NULL) : Null.NULL;
    }
    return Optional.of(value).filter(found -> found != Null.NULL);
  }

  static Optional<String> text(JsonValue value) {
    if (value instanceof Str str) {
      return Optional.of(str.value());
    }
    if (value instanceof Num num) {
      return Optional.of(NOT_FINITE.getOrDefault(num.text(), num.text()));
    }
    return value instanceof Bool bool
        ? Optional.of(Boolean.toString(bool.value()))
        : Optional.empty();
  }

  /** A text as the JSON value that it spells. */
  static JsonValue spelt(String text) {
    if (text.equals("null")) {
      return Null.NULL;
    }
    if (text.equals("true") || text.equals("false")) {
      return new Bool(text.equals("true"));
    }
    for (var word : NOT_FINITE.entrySet()) {
      if (word.getValue().equals(text)) {
        return new Num(word.getKey());
      }
    }
    return text.matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?") ? new Num(text) : new Str(text);
  }
}
