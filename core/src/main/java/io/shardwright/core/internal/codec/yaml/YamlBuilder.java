package io.shardwright.core.internal.codec.yaml;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Builds nodes for maps, lists, strings, integers, floats, truth values and null. */
final class YamlBuilder {
  private YamlBuilder() {}

  static Node node(Object value) {
    if (value instanceof YamlNode.Fields fields) {
      return map(fields);
    }
    if (value instanceof YamlNode.Items list) {
      return node(list.items());
    }
    if (value instanceof YamlNode.Scalar scalar) {
      return scalar.quoted() ? node(scalar.text()) : NodeEdit.plain(scalar.text());
    }
    if (value instanceof Map<?, ?> map) {
      return map(map);
    }
    if (value instanceof Collection<?> items) {
      var nodes = new ArrayList<Node>();
      items.forEach(item -> nodes.add(node(item)));
      return new SequenceNode(Tag.SEQ, nodes, items.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
    }
    if (value instanceof Boolean || value instanceof Long || value instanceof BigInteger) {
      return NodeEdit.scalar(value.toString(), value instanceof Boolean ? Tag.BOOL : Tag.INT);
    }
    if (value instanceof Double number) {
      return NodeEdit.scalar(PythonFloat.yaml(number), Tag.FLOAT);
    }
    return value == null
        ? NodeEdit.scalar("null", Tag.NULL)
        : NodeEdit.scalar(value.toString(), Tag.STR);
  }

  static MappingNode map(YamlNode.Fields fields) {
    var tuples =
        fields.fields().stream()
            .map(field -> new NodeTuple(node(field.key()), node(field.value())))
            .toList();
    return new MappingNode(Tag.MAP, tuples, tuples.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
  }

  static MappingNode map(Map<?, ?> map) {
    var tuples = new ArrayList<NodeTuple>();
    map.forEach((key, item) -> tuples.add(new NodeTuple(node(key), node(item))));
    return new MappingNode(Tag.MAP, tuples, map.isEmpty() ? FlowStyle.FLOW : FlowStyle.BLOCK);
  }
}
