package io.shardwright.core.internal.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.json.JsonValue.Arr;
import io.shardwright.core.internal.codec.json.JsonValue.Bool;
import io.shardwright.core.internal.codec.json.JsonValue.Null;
import io.shardwright.core.internal.codec.json.JsonValue.Num;
import io.shardwright.core.internal.codec.json.JsonValue.Obj;
import io.shardwright.core.internal.codec.json.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/** Reads and writes JSON documents. */
public final class JsonDocument {
  private static final int MAX_DEPTH = 100;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(100)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private JsonDocument() {}

  /**
   * Parses an object.
   *
   * @param limit bytes that the document may have
   * @throws MalformedCheckpointException if it is none, or over a limit
   */
  public static Obj parse(ByteSource source, long limit) {
    if (source.size() > limit) {
      throw new MalformedCheckpointException(
          ErrorCode.LIMIT_EXCEEDED,
          source.name(),
          source.size() + " bytes of JSON, over the limit of " + limit);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    try (JsonParser parser = FACTORY.createParser(bytes.array())) {
      parser.nextToken();
      if (value(parser) instanceof Obj object && parser.nextToken() == null) {
        return object;
      }
      throw malformed(source, "is no JSON object");
    } catch (JsonProcessingException bad) {
      throw malformed(source, "is no JSON: " + bad.getOriginalMessage());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static MalformedCheckpointException malformed(ByteSource source, String problem) {
    return new MalformedCheckpointException(ErrorCode.JSON_MALFORMED, source.name(), problem);
  }

  private static JsonValue value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      return Null.NULL;
    }
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> new Str(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getText());
      case VALUE_TRUE -> new Bool(true);
      case VALUE_FALSE -> new Bool(false);
      default -> Null.NULL;
    };
  }

  private static Obj object(JsonParser parser) throws IOException {
    Obj object = Obj.empty();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      object.put(key, value(parser));
    }
    return object;
  }

  private static Arr array(JsonParser parser) throws IOException {
    var items = new ArrayList<JsonValue>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser));
    }
    return new Arr(items);
  }

  /**
   * The document as Python's {@code json.dumps} writes it.
   *
   * @param indent spaces per level; 0 for one line
   */
  public static byte[] write(Obj object, int indent) {
    var out = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.setPrettyPrinter(printer(indent));
      write(json, object);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** The document without any white space. */
  public static byte[] compact(Obj object) {
    var out = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      write(json, object);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
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
