package io.shardwright.core.internal.codec.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Makes changed copies of maps, which share the nodes that are not changed. */
final class NodeEdit {
  private static final Resolver RESOLVER = new PlainResolver();

  private NodeEdit() {}

  /** The value of a map's key, or an item of a list by its number from 0. */
  static Optional<Node> child(Node node, String part) {
    if (node instanceof SequenceNode list && part.matches("[0-9]{1,6}")) {
      return list.getValue().stream().skip(Integer.parseInt(part)).findFirst();
    }
    return node instanceof MappingNode map ? get(map, part) : Optional.empty();
  }

  static Optional<Node> get(MappingNode map, String key) {
    return map.getValue().stream()
        .filter(tuple -> isKey(tuple, key))
        .map(NodeTuple::getValueNode)
        .findFirst();
  }

  /** The map that is a key's value. */
  static Optional<MappingNode> map(MappingNode map, String key) {
    return get(map, key).filter(MappingNode.class::isInstance).map(MappingNode.class::cast);
  }

  /** The items of a list, the values of a map. */
  static List<Node> children(Node node) {
    if (node instanceof SequenceNode list) {
      return list.getValue();
    }
    return node instanceof MappingNode map
        ? map.getValue().stream().map(NodeTuple::getValueNode).toList()
        : List.of();
  }

  private static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key);
  }

  static MappingNode with(MappingNode map, List<String> path, String plain) {
    String key = path.get(0);
    if (path.size() == 1) {
      return with(map, key, plain.startsWith("[") ? list(plain) : plain(plain));
    }
    Node held = get(map, key).orElse(new MappingNode(Tag.MAP, List.of(), map.getFlowStyle()));
    if (!(held instanceof MappingNode inner)) {
      throw new IllegalArgumentException("no map at '" + key + "'");
    }
    return with(map, key, with(inner, path.subList(1, path.size()), plain));
  }

  static Node plain(String text) {
    return scalar(text, RESOLVER.resolve(NodeId.scalar, text, true));
  }

  private static Node list(String flow) {
    var items =
        Stream.of(flow.substring(1, flow.length() - 1).split(","))
            .map(item -> plain(item.strip()))
            .toList();
    return new SequenceNode(Tag.SEQ, items, DumperOptions.FlowStyle.BLOCK);
  }

  static ScalarNode scalar(String text, Tag tag) {
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

  /** What a scalar or a path says; empty where a node is neither. */
  static Optional<String> text(Node node) {
    return node instanceof ScalarNode scalar
        ? Optional.of(PlainNumber.text(scalar))
        : PythonPath.text(node);
  }

  /** Collects scalars by their dotted paths; items of a list have their number for a name. */
  static void leaves(Node node, String path, Map<String, String> leaves) {
    if (node instanceof MappingNode map) {
      for (NodeTuple tuple : map.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          leaves(tuple.getValueNode(), join(path, key.getValue()), leaves);
        }
      }
    } else if (PythonPath.is(node)) {
      PythonPath.text(node).ifPresent(text -> leaves.put(path, text));
    } else if (node instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        leaves(list.getValue().get(i), join(path, Integer.toString(i)), leaves);
      }
    } else if (node instanceof ScalarNode scalar) {
      leaves.put(path, scalar.getTag().equals(Tag.NULL) ? "null" : PlainNumber.text(scalar));
    }
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
