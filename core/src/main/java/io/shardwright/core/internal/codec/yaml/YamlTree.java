package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Gives a document as values. An alias is what it stands for, again. */
public final class YamlTree {
  private static final long COST = 64;

  /** Numbers that are none, as Python's JSON spells them. */
  private static final Map<String, String> NOT_FINITE =
      Map.of(".nan", "NaN", ".inf", "Infinity", "-.inf", "-Infinity");

  private final Guard guard;
  private final String where;

  private YamlTree(Guard guard, String where) {
    this.guard = guard;
    this.where = where;
  }

  /**
   * A document's values.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static Obj of(YamlDocument document, Guard guard) {
    return new YamlTree(guard, document.where()).map(document.root());
  }

  /** Values as {@link YamlDocument#of(Map, Guard)} takes them. */
  public static Map<String, Object> plain(Obj tree) {
    var plain = new LinkedHashMap<String, Object>();
    tree.fields().forEach((key, value) -> plain.put(key, plain(value)));
    return plain;
  }

  private static Object plain(JsonValue value) {
    if (value instanceof Obj object) {
      return plain(object);
    }
    if (value instanceof Arr list) {
      return list.items().stream()
          .map(YamlTree::plain)
          .collect(ArrayList::new, List::add, List::addAll);
    }
    if (value instanceof Num number) {
      return number.text().matches("-?[0-9]+")
          ? new BigInteger(number.text())
          : Double.valueOf(number.text());
    }
    return value instanceof Bool flag
        ? (Object) flag.value()
        : value instanceof Str text ? text.value() : null;
  }

  private Obj map(MappingNode map) {
    Obj object = Obj.empty();
    for (NodeTuple pair : map.getValue()) {
      guard.take(COST, where);
      if (!(pair.getKeyNode() instanceof ScalarNode key)) {
        throw YamlDocument.malformed(where, "has a key that is not a word");
      }
      object.put(key.getValue(), value(pair.getValueNode()));
    }
    return object;
  }

  private JsonValue value(Node node) {
    guard.take(COST, where);
    if (node instanceof MappingNode map) {
      return map(map);
    }
    return node instanceof SequenceNode list
        ? new Arr(list.getValue().stream().map(this::value).toList())
        : scalar((ScalarNode) node);
  }

  private static JsonValue scalar(ScalarNode node) {
    Tag tag = node.getTag();
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      String text = PlainNumber.text(node);
      return new Num(NOT_FINITE.getOrDefault(text, text));
    }
    if (tag.equals(Tag.BOOL)) {
      return new Bool(PlainNumber.text(node).equalsIgnoreCase("true"));
    }
    return tag.equals(Tag.NULL) ? Null.NULL : new Str(node.getValue());
  }
}
