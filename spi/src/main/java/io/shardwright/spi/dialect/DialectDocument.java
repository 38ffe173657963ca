package io.shardwright.spi.dialect;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A document of a dialect, its scalars as texts. Keys are dotted paths; beside them {@code a[i]} is
 * part i of a text between underscores, {@code #t@i} extent i of tensor t, and {@code #t} the
 * number of tensors with a number for the star in t.
 *
 * @param document a tree of values
 * @param shapes of the tensors beside the document
 */
public record DialectDocument(Obj document, Map<String, Shape> shapes) implements ModelConfig {
  /** Values that are not numbers, in Python's JSON and in YAML. */
  private static final Map<String, String> NOT_FINITE =
      Map.of("NaN", ".nan", "Infinity", ".inf", "-Infinity", "-.inf");

  /**
   * A document alone.
   *
   * @param document a tree of values
   */
  public DialectDocument(Obj document) {
    this(document, Map.of());
  }

  /**
   * Returns the value of the first of some keys that has one; null is none.
   *
   * @param keys dotted paths, or one of the other forms
   * @return the value as text; empty where none has one, or it is a list or a map
   */
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
    var name = Pattern.compile("\\Q" + pattern.replace("*", "\\E[0-9]+\\Q") + "\\E").matcher("");
    String before = pattern.substring(0, (pattern + "*").indexOf('*'));
    String behind = pattern.substring(pattern.lastIndexOf('*') + 1);
    long count =
        shapes.keySet().stream()
            .filter(found -> found.endsWith(behind) && found.startsWith(before))
            .filter(found -> name.reset(found).matches())
            .count();
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

  /**
   * Returns the value at a path.
   *
   * @param key a dotted path: {@code a.b} is a key of an object
   * @return the value; empty where it is absent or null
   */
  public Optional<JsonValue> value(String key) {
    JsonValue value = document;
    for (String part : key.split("\\.")) {
      value = value instanceof Obj object ? object.get(part).orElse(Null.NULL) : Null.NULL;
    }
    return Optional.of(value).filter(found -> found != Null.NULL);
  }

  /**
   * Returns a scalar as a plain scalar of YAML.
   *
   * @param value any value
   * @return its text; empty for null, arrays and objects
   */
  public static Optional<String> text(JsonValue value) {
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

  /**
   * Returns a plain scalar of YAML as a JSON value.
   *
   * @param text such as {@code 1e-05}, {@code true}, {@code null} or {@code .nan}
   * @return the value that it spells; a string where it spells no other
   */
  public static JsonValue spelt(String text) {
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
