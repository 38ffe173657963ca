package io.shardwright.core.internal.convert;

import io.shardwright.core.internal.codec.json.JsonValue;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Bool;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.spi.ModelConfig;
import java.util.List;
import java.util.Optional;

/** A {@code config.json}, its scalars as texts. */
public record CommunityConfig(Obj document) implements ModelConfig {

  /** The first of some keys that has a value; null is none. */
  public Optional<String> text(List<String> keys) {
    return keys.stream()
        .flatMap(key -> value(key).flatMap(CommunityConfig::text).stream())
        .findFirst();
  }

  @Override
  public Optional<String> text(String key) {
    return text(List.of(key));
  }

  @Override
  public boolean has(String key) {
    return value(key).isPresent();
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
      return Optional.of(num.text());
    }
    return value instanceof Bool bool
        ? Optional.of(Boolean.toString(bool.value()))
        : Optional.empty();
  }

  /** The class that the document names. */
  public Optional<String> architecture() {
    return value("architectures")
        .filter(Arr.class::isInstance)
        .flatMap(names -> ((Arr) names).items().stream().findFirst())
        .flatMap(CommunityConfig::text);
  }

  /** The kind of model that the document names. */
  public Optional<String> modelType() {
    return text(List.of("model_type"));
  }

  /** A text as the JSON value that it spells. */
  static JsonValue spelt(String text) {
    if (text.equals("null")) {
      return Null.NULL;
    }
    if (text.equals("true") || text.equals("false")) {
      return new Bool(text.equals("true"));
    }
    return text.matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?") ? new Num(text) : new Str(text);
  }
}
