package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Resolves OmegaConf's references: {@code ${a.b}} from the root, {@code ${.a}} from the node's own
 * map, one level up per further dot. Resolvers ({@code ${oc.env:…}}, custom ones) are never called:
 * such a text is kept, with a note.
 */
final class Interpolation {
  private static final int MAX_DEPTH = 16;
  private static final String WHERE = "references in the hyper-parameters";
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^${}]*)\\}");

  private final Node root;
  private final Guard guard;
  private long made;
  private long characters;
  private long level;
  private final Map<Node, Node> parents = new IdentityHashMap<>();

  /** Of maps that were looked into. */
  private final Map<Node, Map<String, Node>> values = new IdentityHashMap<>();

  /** Nodes that are being resolved: a reference to one would never end. */
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Set<String> notes = new LinkedHashSet<>();

  Interpolation(Node root, Guard guard) {
    this.root = root;
    this.guard = guard;
    register(root);
  }

  private void register(Node node) {
    for (Node child : NodeEdit.children(node)) {
      if (parents.put(child, node) == null) {
        register(child);
      }
    }
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  /** A copy without references. */
  Node resolve(Node node) {
    return resolve(node, 0);
  }

  private Node resolve(Node node, int depth) {
    guard.require(Limit.YAML_NODES, ++made, WHERE);
    guard.require(Limit.YAML_DEPTH, ++level, WHERE);
    open.add(node);
    Node resolved = resolved(node, depth);
    open.remove(node);
    level--;
    return resolved;
  }

  private Node resolved(Node node, int depth) {
    if (node instanceof MappingNode map) {
      var tuples =
          map.getValue().stream()
              .map(tuple -> new NodeTuple(tuple.getKeyNode(), resolve(tuple.getValueNode(), depth)))
              .toList();
      return new MappingNode(map.getTag(), tuples, map.getFlowStyle());
    }
    if (node instanceof SequenceNode list) {
      boolean path = PythonPath.is(list);
      var items =
          list.getValue().stream()
              .map(item -> path ? copy((ScalarNode) item) : resolve(item, depth))
              .toList();
      return new SequenceNode(list.getTag(), items, list.getFlowStyle());
    }
    ScalarNode scalar = (ScalarNode) node;
    return scalar.getValue().contains("${") ? resolve(scalar, depth) : copy(scalar);
  }

  /** A node that stood twice would be written as an anchor and an alias. */
  private static ScalarNode copy(ScalarNode node) {
    return new ScalarNode(node.getTag(), node.getValue(), null, null, node.getScalarStyle());
  }

  private Node resolve(ScalarNode scalar, int depth) {
    characters += scalar.getValue().length();
    Matcher found = REFERENCE.matcher(scalar.getValue());
    if (found.matches()) {
      return target(scalar, found.group(1), depth)
          .map(node -> resolve(node, depth + 1))
          .orElseGet(() -> copy(scalar));
    }
    var text = new StringBuilder();
    while (found.find()) {
      String value =
          target(scalar, found.group(1), depth)
              .filter(node -> NodeEdit.text(node).isPresent())
              .map(node -> resolve(node, depth + 1))
              .flatMap(NodeEdit::text)
              .orElse(found.group());
      found.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    found.appendTail(text);
    characters += text.length();
    guard.require(Limit.CONFIG_BYTES, characters, WHERE);
    return new ScalarNode(Tag.STR, text.toString(), null, null, scalar.getScalarStyle());
  }

  private Optional<Node> target(ScalarNode from, String reference, int depth) {
    guard.require(Limit.YAML_NODES, ++made, WHERE);
    guard.require(Limit.CONFIG_BYTES, characters, WHERE);
    Optional<Node> found =
        reference.contains(":") || depth >= MAX_DEPTH
            ? Optional.empty()
            : find(from, reference).filter(node -> !open.contains(node));
    if (found.isEmpty()) {
      notes.add(
          "'${"
              + reference
              + "}' in the hyper-parameters "
              + (reference.contains(":")
                  ? "is a resolver, and resolvers are never run"
                  : "leads nowhere")
              + ": the text was kept");
    }
    return found;
  }

  private Optional<Node> find(ScalarNode from, String reference) {
    Node node = root;
    String path = reference.strip();
    if (path.startsWith(".")) {
      node = parents.get(from);
      path = path.substring(1);
      while (path.startsWith(".") && node != null) {
        node = parents.get(node);
        path = path.substring(1);
      }
    }
    for (String part : path.replace("[", ".").replace("]", "").split("\\.")) {
      node = node == null || part.isEmpty() ? node : child(node, part);
    }
    return Optional.ofNullable(node);
  }

  private Node child(Node node, String part) {
    if (node instanceof SequenceNode list && part.matches("[0-9]{1,6}")) {
      int index = Integer.parseInt(part);
      return index < list.getValue().size() ? list.getValue().get(index) : null;
    }
    return node instanceof MappingNode map
        ? values.computeIfAbsent(map, Interpolation::byKey).get(part)
        : null;
  }

  private static Map<String, Node> byKey(Node map) {
    Map<String, Node> all = new HashMap<>();
    for (NodeTuple tuple : ((MappingNode) map).getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        all.putIfAbsent(key.getValue(), tuple.getValueNode());
      }
    }
    return all;
  }
}
