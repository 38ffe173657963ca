package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration as Fiddle serializes it (0.3.1, {@code
 * fiddle/_src/experimental/serialization.py}, version 0.0.1): objects by key that refer to each
 * other. It becomes a tree in which {@code _target_} names a class or function, as NeMo's YAML has
 * it. Nothing is made or called, and what lies in a pickle beside it stays there.
 */
final class FiddleJson {
  private static final Pattern ELEMENT =
      Pattern.compile("(?:Attr\\(name='|Key\\(key=')([^']*)'\\)|Index\\(index=([0-9]+)\\)");

  private static final String CALLED = "_target_";
  private static final int DEEPEST = 32;
  private static final int MOST = 100_000;

  private final Obj document;
  private final String where;
  private int nodes;

  /**
   * Reads nothing yet.
   *
   * @param where for messages
   */
  FiddleJson(Obj document, String where) {
    this.document = document;
    this.where = where;
  }

  /** The model of a training, or the root where that is a model. */
  Obj model() {
    Obj root = referred(document.get("root").orElse(Null.NULL));
    JsonValue model = item(root, "model").orElse(Null.NULL);
    JsonValue tree = model == Null.NULL ? object(root, 0) : node(model, 0);
    if (tree instanceof Obj found) {
      return found;
    }
    throw malformed("has no model");
  }

  private Obj referred(JsonValue reference) {
    String key = text(reference, "key");
    return text(reference, "type").equals("ref")
            && document.get("objects").orElse(Null.NULL) instanceof Obj objects
            && objects.get(key).orElse(Null.NULL) instanceof Obj object
        ? object
        : refuse("refers to '" + key + "', which is not an object");
  }

  private JsonValue node(JsonValue node, int depth) {
    nodes++;
    if (depth > DEEPEST || nodes > MOST) {
      throw malformed("has values that contain themselves, or more than " + MOST);
    }
    return switch (text(node, "type")) {
      case "leaf" -> ((Obj) node).get("value").orElse(Null.NULL);
      case "pyref" -> Obj.empty().put(CALLED, new Str(name(node)));
      case "ref" -> object(referred(node), depth + 1);
      default -> Null.NULL;
    };
  }

  private JsonValue object(Obj object, int depth) {
    Obj fields = Obj.empty();
    var items = new ArrayList<JsonValue>();
    called(object).ifPresent(name -> fields.put(CALLED, new Str(name)));
    for (JsonValue pair : items(object)) {
      Matcher element = ELEMENT.matcher(element(pair));
      if (!element.matches()) {
        continue;
      }
      JsonValue value = node(((Arr) pair).items().get(1), depth);
      if (element.group(1) == null) {
        items.add(value);
      } else {
        fields.put(element.group(1), value);
      }
    }
    return items.isEmpty() ? fields : new Arr(items);
  }

  /** What a configuration would make; a list or a dict is made by nothing. */
  private Optional<String> called(Obj object) {
    JsonValue metadata = object.get("metadata").orElse(Null.NULL);
    return text(metadata, "type").equals("ref")
        ? item(referred(metadata), "fn_or_cls").map(FiddleJson::name)
        : Optional.empty();
  }

  private Optional<JsonValue> item(Obj object, String name) {
    return items(object).stream()
        .filter(pair -> element(pair).equals("Attr(name='" + name + "')"))
        .map(pair -> ((Arr) pair).items().get(1))
        .findFirst();
  }

  private static List<JsonValue> items(Obj object) {
    return object.get("items").orElse(Null.NULL) instanceof Arr items ? items.items() : List.of();
  }

  private static String element(JsonValue pair) {
    return pair instanceof Arr two && two.items().size() == 2
        ? two.items().get(0).asText().orElse("")
        : "";
  }

  private static String name(JsonValue reference) {
    return text(reference, "module") + "." + text(reference, "name");
  }

  private static String text(JsonValue value, String key) {
    return value instanceof Obj object ? object.get(key).flatMap(JsonValue::asText).orElse("") : "";
  }

  private Obj refuse(String problem) {
    throw malformed(problem);
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(ErrorCode.JSON_MALFORMED, where, problem);
  }
}
