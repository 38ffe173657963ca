package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Checks what the YAML composer does not check: tags, keys, and the growth by aliases. */
final class NodeCheck {
  /** The types that Python's safe loader knows. */
  private static final Set<Tag> ALLOWED =
      Set.of(
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.MAP,
          Tag.SEQ,
          Tag.MERGE,
          Tag.TIMESTAMP,
          Tag.BINARY,
          Tag.SET,
          Tag.OMAP,
          Tag.PAIRS);

  /** A node whose children are being looked at. */
  private record Open(Node node, Iterator<Node> left) {}

  private final Guard guard;
  private final String where;
  private final Map<Node, Long> sizes = new IdentityHashMap<>();
  private final Map<Node, Boolean> onTheWay = new IdentityHashMap<>();
  private final Deque<Open> open = new ArrayDeque<>();

  private NodeCheck(Guard guard, String where) {
    this.guard = guard;
    this.where = where;
  }

  static MappingNode require(Node root, Guard guard, String where) {
    if (!(root instanceof MappingNode map)) {
      throw YamlDocument.malformed(where, "is not a map of keys, expected a model's configuration");
    }
    new NodeCheck(guard, where).walk(map);
    return map;
  }

  private void walk(Node root) {
    begin(root);
    while (!open.isEmpty()) {
      Open top = open.peek();
      if (top.left().hasNext()) {
        Node child = top.left().next();
        if (onTheWay.containsKey(child)) {
          throw YamlDocument.malformed(where, "contains an alias of a node that it is part of");
        }
        if (!sizes.containsKey(child)) {
          begin(child);
        }
      } else {
        end(open.pop().node());
      }
    }
  }

  private void begin(Node node) {
    if (!ALLOWED.contains(node.getTag()) && !PythonPath.is(node)) {
      throw YamlDocument.malformed(where, "holds the tag " + node.getTag() + ", which is refused");
    }
    onTheWay.put(node, true);
    open.push(new Open(node, children(node).iterator()));
  }

  /** All nodes below, each as often as aliases repeat it. */
  private void end(Node node) {
    onTheWay.remove(node);
    long size = 1;
    for (Node child : children(node)) {
      size += sizes.get(child);
      guard.require(Limit.YAML_NODES, size, where);
    }
    sizes.put(node, size);
  }

  private List<Node> children(Node node) {
    if (node instanceof MappingNode map) {
      requireKeys(map);
    }
    return NodeEdit.children(node);
  }

  /** What makes two keys one: numbers and truth values can be spelled in several ways. */
  private static String identity(ScalarNode key) {
    return key.getTag().equals(Tag.BOOL)
        ? Boolean.toString(key.getValue().matches("(?i)yes|true|on"))
        : PlainNumber.text(key);
  }

  private void requireKeys(MappingNode map) {
    var keys = new HashSet<String>();
    for (NodeTuple tuple : map.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key) || !ALLOWED.contains(key.getTag())) {
        throw YamlDocument.malformed(where, "has a key that is not a scalar");
      }
      boolean merge = key.getTag().equals(Tag.MERGE);
      if (!keys.add(identity(key)) && !merge) {
        throw YamlDocument.malformed(where, "has the key '" + key.getValue() + "' twice");
      }
    }
  }
}
