package io.shardwright.core.internal.codec.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.SourceStream;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads a document as it streams by: strict UTF-8, strict grammar, each value counted. */
final class JsonReader {
  /** Is told of a key that stands in one object twice. */
  interface Repetition {
    void of(String key, JsonValue first, JsonValue again);
  }

  /** Takes a field, or returns the one of that name that it has. */
  private interface Fields {
    JsonValue add(String key, JsonValue value);
  }

  private static final int VALUE = 72;
  private static final int FIELD = 120;

  /** What Python writes for numbers that are none; the library knows more words. */
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private final ByteSource source;
  private final boolean python;
  private Guard guard;
  private final Repetition repetition;
  private long depth;

  /** The last text, which an index says again for each tensor of a file. */
  private Str last = new Str("");

  /**
   * A reader.
   *
   * @param python whether {@code NaN} and {@code Infinity} are numbers, as in Python's json
   */
  JsonReader(ByteSource source, boolean python, Guard guard, Repetition repetition) {
    this.source = source;
    this.python = python;
    this.guard = guard;
    this.repetition = repetition;
  }

  Obj read() {
    Obj whole = Obj.empty();
    read((key, value) -> whole.fields().putIfAbsent(key, value));
    return whole;
  }

  /** Hands on each field of the object and keeps none; what was counted is given back. */
  void fields(BiConsumer<String, JsonValue> taker) {
    Guard kept = guard;
    Guard names = kept.temporary();
    Guard passing = names.temporary();
    guard = passing;
    var known = new HashSet<String>();
    read(
        (key, value) -> {
          if (!known.add(key)) {
            return value;
          }
          taker.accept(key, value);
          passing.giveBackAll();
          names.take(FIELD + 2L * key.length(), source.name());
          return null;
        });
    names.giveBackAll();
    guard = kept;
  }

  private void read(Fields fields) {
    guard.unpack(source.size(), source.packed(0, source.size()), source.name());
    // Without a decoder of our own the library would guess an encoding and mend what is broken.
    var characters =
        new InputStreamReader(new SourceStream(source), StandardCharsets.UTF_8.newDecoder());
    try (JsonParser parser = parser(characters)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("is not a JSON object");
      }
      guard.take(VALUE, source.name());
      object(parser, fields);
      if (parser.nextToken() != null) {
        throw malformed("is not a JSON object");
      }
    } catch (JsonProcessingException bad) {
      throw malformed("is not JSON: " + bad.getOriginalMessage());
    } catch (CharacterCodingException bad) {
      throw malformed("is not UTF-8");
    } catch (IOException bad) {
      throw malformed("can't be read: " + bad.getMessage());
    }
  }

  private JsonParser parser(Reader characters) throws IOException {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth((int) guard.limit(Limit.JSON_DEPTH) + 1)
                .maxNumberLength((int) guard.limit(Limit.INT_BYTES) + 1)
                .maxStringLength((int) guard.limit(Limit.STRING_BYTES) + 1)
                .maxNameLength((int) guard.limit(Limit.STRING_BYTES) + 1)
                .build())
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .build()
        .createParser(characters);
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.JSON_MALFORMED, source.name(), problem);
  }

  private JsonValue value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    guard.take(VALUE, source.name());
    if (token == null) {
      return Null.NULL;
    }
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> string(text(parser, Limit.STRING_BYTES));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(text(parser, Limit.INT_BYTES));
      case VALUE_TRUE -> new Bool(true);
      case VALUE_FALSE -> new Bool(false);
      default -> Null.NULL;
    };
  }

  private Str string(String text) {
    if (!text.equals(last.value())) {
      last = new Str(text);
    }
    return last;
  }

  private Num number(String text) {
    boolean finite = Character.isDigit(text.charAt(text.length() - 1));
    if (!finite && !(python && NOT_FINITE.contains(text))) {
      throw malformed("is not JSON: it has " + text + " for a number");
    }
    return new Num(text);
  }

  private String text(JsonParser parser, Limit limit) throws IOException {
    return counted(parser.getText(), limit);
  }

  private String counted(String text, Limit limit) {
    guard.require(limit, text.length(), source.name());
    guard.take(2L * text.length(), source.name());
    return text;
  }

  private Obj object(JsonParser parser) throws IOException {
    Obj object = Obj.empty();
    object(parser, object.fields()::putIfAbsent);
    return object;
  }

  private void object(JsonParser parser, Fields fields) throws IOException {
    guard.require(Limit.JSON_DEPTH, ++depth, source.name());
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = counted(parser.currentName(), Limit.STRING_BYTES);
      guard.take(FIELD, source.name());
      parser.nextToken();
      JsonValue value = value(parser);
      JsonValue first = fields.add(key, value);
      if (first != null) {
        repetition.of(key, first, value);
      }
    }
    depth--;
  }

  private Arr array(JsonParser parser) throws IOException {
    guard.require(Limit.JSON_DEPTH, ++depth, source.name());
    var items = new ArrayList<JsonValue>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(parser));
    }
    depth--;
    return new Arr(items);
  }
}
