package io.shardwright.core.internal.codec.yaml;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Replaces the {@code <<} keys of maps by what they merge: a map's own keys win, then those of
 * later {@code <<} keys, within the list of one those of earlier maps (YAML's type repository,
 * {@code merge}; of several keys it says nothing, and OmegaConf 2.3 and 2.4 take the last).
 * Documents were checked before: they are neither deep nor do they contain themselves.
 */
final class MergeKeys {
  private final Map<Node, Node> done = new IdentityHashMap<>();
  private final String where;

  MergeKeys(String where) {
    this.where = where;
  }

  MappingNode resolve(MappingNode map) {
    return (MappingNode) node(map);
  }

  private Node node(Node node) {
    Node known = done.get(node);
    if (known != null) {
      return known;
    }
    Node resolved = node;
    if (node instanceof SequenceNode list) {
      resolved =
          new SequenceNode(
              list.getTag(),
              list.getValue().stream().map(this::node).toList(),
              list.getFlowStyle());
    } else if (node instanceof MappingNode map) {
      resolved = new MappingNode(map.getTag(), tuples(map), map.getFlowStyle());
    }
    done.put(node, resolved);
    return resolved;
  }

  private List<NodeTuple> tuples(MappingNode map) {
    var merged = new LinkedHashMap<String, NodeTuple>();
    var own = new ArrayList<NodeTuple>();
    for (NodeTuple tuple : map.getValue()) {
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        var here = new LinkedHashMap<String, NodeTuple>();
        maps(node(tuple.getValueNode())).forEach(from -> add(from, here));
        merged.putAll(here);
      } else {
        own.add(new NodeTuple(tuple.getKeyNode(), node(tuple.getValueNode())));
      }
    }
    own.forEach(tuple -> merged.remove(key(tuple)));
    var all = new ArrayList<>(merged.values());
    all.addAll(own);
    return all;
  }

  private static void add(MappingNode from, Map<String, NodeTuple> merged) {
    from.getValue().forEach(tuple -> merged.putIfAbsent(key(tuple), tuple));
  }

  private static String key(NodeTuple tuple) {
    return ((ScalarNode) tuple.getKeyNode()).getValue();
  }

  private List<MappingNode> maps(Node value) {
    List<Node> all = value instanceof SequenceNode list ? list.getValue() : List.of(value);
    if (!all.stream().allMatch(MappingNode.class::isInstance)) {
      throw YamlDocument.malformed(where, "merges a value that is not a map");
    }
    return all.stream().map(MappingNode.class::cast).toList();
  }
}
