package io.shardwright.core.internal.codec.yaml;

import java.util.ArrayList;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Changed copies of maps. Nodes that are not changed are shared. */
final class NodeEdit {
  private NodeEdit() {}

  static Optional<Node> get(MappingNode map, String key) {
    return map.getValue().stream()
        .filter(tuple -> isKey(tuple, key))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }

  private static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key);
  }

  static MappingNode with(MappingNode map, String key, String plain, Resolver resolver) {
    return with(map, key, scalar(plain, resolver.resolve(NodeId.scalar, plain, true)));
  }

  private static ScalarNode scalar(String text, Tag tag) {
    return new ScalarNode(tag, text, null, null, DumperOptions.ScalarStyle.PLAIN);
  }

  static MappingNode with(MappingNode map, String key, Node value) {
    var tuples = new ArrayList<NodeTuple>();
    boolean found = false;
    for (NodeTuple tuple : map.getValue()) {
      found |= isKey(tuple, key);
      tuples.add(isKey(tuple, key) ? new NodeTuple(tuple.getKeyNode(), value) : tuple);
    }
    if (!found) {
      tuples.add(new NodeTuple(scalar(key, Tag.STR), value));
    }
    return new MappingNode(map.getTag(), tuples, map.getFlowStyle());
  }
}
