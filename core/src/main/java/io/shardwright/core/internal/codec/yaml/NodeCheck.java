package io.shardwright.core.internal.codec.yaml;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** What the composer does not check by itself: tags, duplicate keys, the number of nodes. */
final class NodeCheck {
  private static final int MAX_NODES = 2_000_000;
  static final Set<Tag> ALLOWED =
      Set.of(
          Tag.STR,
          Tag.INT,
          Tag.FLOAT,
          Tag.BOOL,
          Tag.NULL,
          Tag.MAP,
          Tag.SEQ,
          Tag.MERGE,
          Tag.TIMESTAMP);

  private NodeCheck() {}

  static MappingNode require(Node root, String where) {
    if (!(root instanceof MappingNode map)) {
      throw YamlDocument.malformed(where, "is no map of keys, expected a model's configuration");
    }
    Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Node> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      Node node = open.pop();
      if (!seen.add(node)) {
        continue;
      }
      if (seen.size() > MAX_NODES) {
        throw YamlDocument.malformed(where, "over " + MAX_NODES + " nodes: see --max-yaml-nodes");
      }
      if (!ALLOWED.contains(node.getTag())) {
        throw YamlDocument.malformed(
            where, "holds the tag " + node.getTag() + ", which is refused");
      }
      pushChildren(node, open, where);
    }
    return map;
  }

  private static void pushChildren(Node node, Deque<Node> open, String where) {
    if (node instanceof SequenceNode list) {
      list.getValue().forEach(open::push);
    } else if (node instanceof MappingNode map) {
      var keys = new HashSet<String>();
      for (NodeTuple tuple : map.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw YamlDocument.malformed(where, "has a key that is no scalar");
        }
        if (!keys.add(key.getValue())) {
          throw YamlDocument.malformed(where, "has the key '" + key.getValue() + "' twice");
        }
        open.push(tuple.getValueNode());
      }
    }
  }
}
