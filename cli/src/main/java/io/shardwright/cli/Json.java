package io.shardwright.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.shardwright.core.outline.SafeText;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One JSON object from maps, collections and scalars; empty optionals are null. */
final class Json {
  private static final int SCHEMA_VERSION = 1;

  private Json() {}

  /** The object, with its schema's version first. */
  static String object(Map<String, ?> fields) {
    return text(fields, new DefaultPrettyPrinter());
  }

  /** The same on one line. */
  static String line(Map<String, ?> fields) {
    return text(fields, new MinimalPrettyPrinter());
  }

  private static String text(Map<String, ?> fields, PrettyPrinter printer) {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setPrettyPrinter(printer);
      json.writeStartObject();
      json.writeNumberField("schema_version", SCHEMA_VERSION);
      fields(json, fields);
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return escaped(text.toString());
  }

  /** The generator escapes what JSON must; whatever else is not printable stands in a text too. */
  private static String escaped(String json) {
    var escaped = new StringBuilder();
    json.codePoints()
        .forEach(
            c -> {
              if (c == '\n' || SafeText.printable(c)) {
                escaped.appendCodePoint(c);
              } else {
                Character.toString(c).chars().forEach(u -> escaped.append(unit(u)));
              }
            });
    return escaped.toString();
  }

  private static String unit(int utf16) {
    return String.format(Locale.ROOT, "\\u%04x", utf16);
  }

  private static void fields(JsonGenerator json, Map<?, ?> fields) throws IOException {
    for (var field : fields.entrySet()) {
      json.writeFieldName(field.getKey().toString());
      value(json, field.getValue());
    }
  }

  private static void value(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      fields(json, map);
      json.writeEndObject();
    } else if (value instanceof Collection<?> items) {
      json.writeStartArray();
      for (Object item : items) {
        value(json, item);
      }
      json.writeEndArray();
    } else if (value instanceof Optional<?> optional) {
      value(json, optional.orElse(null));
    } else if (value instanceof OptionalLong optional) {
      value(json, optional.isPresent() ? optional.getAsLong() : null);
    } else if (value instanceof Number number) {
      json.writeNumber(number.toString());
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value == null) {
      json.writeNull();
    } else {
      json.writeString(value.toString());
    }
  }
}
