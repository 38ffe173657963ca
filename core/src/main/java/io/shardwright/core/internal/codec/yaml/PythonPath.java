package io.shardwright.core.internal.codec.yaml;

import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Recognizes paths as OmegaConf and PyYAML write them: a tag with a class of Python's {@code
 * pathlib} and the path's parts. Nothing is called (OmegaConf 2.4, {@code omegaconf/_yaml.py},
 * {@code get_yaml_loader}).
 */
final class PythonPath {
  private static final Pattern TAG =
      Pattern.compile(
          "tag:yaml\\.org,2002:python/object/apply:"
              + "pathlib(?:\\._local)?\\.(?:Pure)?(?:Posix|Windows)?Path");

  private PythonPath() {}

  /** Whether a tag is one of them. */
  static boolean isOf(Tag tag) {
    return TAG.matcher(tag.getValue()).matches();
  }

  /** Whether a node is a path: it has the tag, and its parts are texts. */
  static boolean is(Node node) {
    return node instanceof SequenceNode parts
        && isOf(node.getTag())
        && parts.getValue().stream().allMatch(PythonPath::isText);
  }

  private static boolean isText(Node part) {
    return part instanceof ScalarNode && part.getTag().equals(Tag.STR);
  }

  /** A path's parts, joined; empty where a node is none. */
  static Optional<String> text(Node node) {
    return is(node) ? Optional.of(joined((SequenceNode) node)) : Optional.empty();
  }

  /** As {@code pathlib} joins them: a part that begins at the root drops those before it. */
  private static String joined(SequenceNode node) {
    String separator = node.getTag().getValue().endsWith("WindowsPath") ? "\\" : "/";
    String path = "";
    for (Node item : node.getValue()) {
      String part = ((ScalarNode) item).getValue();
      boolean first = path.isEmpty() || path.endsWith(separator) || part.isEmpty();
      path = part.startsWith("/") ? part : path + (first ? "" : separator) + part;
    }
    return path.isEmpty() ? "." : path;
  }
}
