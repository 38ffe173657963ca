package io.shardwright.core.internal.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads and writes JSON documents. */
public final class JsonDocument {
  private static final JsonFactory WRITING = new JsonFactory();

  private JsonDocument() {}

  /**
   * Parses an object in which no key stands twice.
   *
   * @param limit on its bytes: {@link Limit#JSON_BYTES} or {@link Limit#CONFIG_BYTES}
   * @throws MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static Obj parse(ByteSource source, Limit limit, Guard guard) {
    return parse(source, limit, false, guard);
  }

  /**
   * Parses an object as Python's {@code json.load} does: {@code NaN}, {@code Infinity} and {@code
   * -Infinity} are numbers.
   *
   * @param limit on its bytes: {@link Limit#JSON_BYTES} or {@link Limit#CONFIG_BYTES}
   * @throws MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static Obj parsePython(ByteSource source, Limit limit, Guard guard) {
    return parse(source, limit, true, guard);
  }

  private static Obj parse(ByteSource source, Limit limit, boolean python, Guard guard) {
    return reader(source, limit, python, guard).read();
  }

  /**
   * Hands on the fields of an object in which no key stands twice, one after the other, and keeps
   * none of them.
   *
   * @param limit on its bytes: {@link Limit#JSON_BYTES} or {@link Limit#CONFIG_BYTES}
   * @throws MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static void fields(
      ByteSource source, Limit limit, Guard guard, BiConsumer<String, JsonValue> taker) {
    reader(source, limit, false, guard).fields(taker);
  }

  private static JsonReader reader(ByteSource source, Limit limit, boolean python, Guard guard) {
    guard.require(limit, source.size(), source.name());
    return new JsonReader(source, python, guard, (key, first, again) -> refuse(source, key));
  }

  private static void refuse(ByteSource source, String key) {
    throw new MalformedCheckpointException(
        ErrorCode.JSON_MALFORMED, source.name(), "has the key '" + key + "' twice");
  }

  /**
   * Parses a configuration as Python's {@code json.load} does; a key may stand twice if it has one
   * value.
   *
   * @param notes are told of such keys
   * @throws MalformedCheckpointException if it is no object, or a key has two values
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static Obj parseConfig(ByteSource source, Guard guard, Consumer<String> notes) {
    guard.require(Limit.CONFIG_BYTES, source.size(), source.name());
    return new JsonReader(
            source, true, guard, (key, first, again) -> compare(source, key, first, again, notes))
        .read();
  }

  private static void compare(
      ByteSource source, String key, JsonValue first, JsonValue again, Consumer<String> notes) {
    if (first.equals(again)) {
      notes.accept(source.name() + " says '" + key + "' twice, and the same");
      return;
    }
    throw new MalformedCheckpointException(
        ErrorCode.SOURCES_DISAGREE,
        source.name(),
        "says '" + key + "' twice" + values(first, again) + ": remove the wrong one");
  }

  private static String values(JsonValue first, JsonValue again) {
    return Stream.of(first, again).allMatch(value -> value instanceof Num || value instanceof Bool)
        ? ", " + text(first) + " and " + text(again)
        : "";
  }

  private static String text(JsonValue value) {
    return value instanceof Num number ? number.text() : String.valueOf(((Bool) value).value());
  }

  /**
   * The document as Python's {@code json.dumps} writes it.
   *
   * @param indent spaces per level; 0 for one line
   */
  public static byte[] write(Obj object, int indent) {
    return write(object, printer(indent));
  }

  /** The document without any white space. */
  public static byte[] compact(Obj object) {
    return write(object, null);
  }

  private static byte[] write(Obj object, PrettyPrinter printer) {
    var out = new ByteArrayBuilder();
    try (JsonGenerator json = WRITING.createGenerator(out).setPrettyPrinter(printer)) {
      write(json, object);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** How many bytes a string takes in a document, without its quotes. */
  public static int bytes(String text) {
    return JsonStringEncoder.getInstance().quoteAsUTF8(text).length;
  }

  private static DefaultPrettyPrinter printer(int indent) {
    var separators =
        Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    if (indent == 0) {
      separators =
          separators
              .withObjectEntrySpacing(Separators.Spacing.AFTER)
              .withArrayValueSpacing(Separators.Spacing.AFTER);
    }
    var printer = new DefaultPrettyPrinter(separators.withRootSeparator(""));
    var indenter =
        indent == 0
            ? new DefaultPrettyPrinter.NopIndenter()
            : new DefaultIndenter(" ".repeat(indent), "\n");
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    return printer;
  }

  private static void write(JsonGenerator json, JsonValue value) throws IOException {
    if (value instanceof Obj object) {
      json.writeStartObject();
      for (var field : object.fields().entrySet()) {
        json.writeFieldName(field.getKey());
        write(json, field.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof Arr array) {
      json.writeStartArray();
      for (JsonValue item : array.items()) {
        write(json, item);
      }
      json.writeEndArray();
    } else if (value instanceof Str str) {
      json.writeString(str.value());
    } else if (value instanceof Num num) {
      json.writeNumber(num.text());
    } else if (value instanceof Bool bool) {
      json.writeBoolean(bool.value());
    } else {
      json.writeNull();
    }
  }
}
