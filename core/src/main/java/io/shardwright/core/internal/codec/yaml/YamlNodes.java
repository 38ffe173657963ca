package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Fields;
import io.shardwright.core.internal.codec.yaml.YamlNode.Items;
import io.shardwright.core.internal.codec.yaml.YamlNode.Place;
import io.shardwright.core.internal.codec.yaml.YamlNode.Scalar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads documents that people write, by a closed grammar without tags and anchors. */
public final class YamlNodes {
  /** What values are without a tag. */
  private static final Set<Tag> PLAIN =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ, Tag.TIMESTAMP);

  private final String source;
  private final ErrorCode code;

  private YamlNodes(String source, ErrorCode code) {
    this.source = source;
    this.code = code;
  }

  /**
   * Reads one document.
   *
   * @param code of what is thrown
   * @throws MalformedCheckpointException with line and column
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit
   */
  public static YamlNode read(ByteSource source, ErrorCode code, Guard guard) {
    return new YamlNodes(source.name(), code).document(source, guard);
  }

  private YamlNode document(ByteSource source, Guard guard) {
    try {
      Node root = YamlDocument.compose(source, guard);
      if (root == null) {
        throw malformed(new Place(1, 1), "the file is empty");
      }
      return node(root);
    } catch (CharacterCodingException bad) {
      throw new MalformedCheckpointException(code, source.name(), "is not UTF-8");
    } catch (MarkedYAMLException bad) {
      throw malformed(place(bad.getProblemMark()), "is not YAML: " + bad.getProblem());
    } catch (YAMLException | IllegalArgumentException | IndexOutOfBoundsException bad) {
      throw new MalformedCheckpointException(
          code, source.name(), "is not YAML: " + bad.getMessage());
    }
  }

  private static Place place(Mark mark) {
    return mark == null ? new Place(1, 1) : new Place(mark.getLine() + 1, mark.getColumn() + 1);
  }

  private MalformedCheckpointException malformed(Place place, String problem) {
    return new MalformedCheckpointException(code, source + ":" + place, problem);
  }

  private YamlNode node(Node node) {
    Place place = place(node.getStartMark());
    if (node.getAnchor() != null) {
      throw malformed(place, "has an anchor, expected none: write the value out");
    }
    if (!PLAIN.contains(node.getTag())) {
      throw malformed(place, "has the tag " + node.getTag() + ", expected none");
    }
    if (node instanceof MappingNode map) {
      return fields(map, place);
    }
    if (node instanceof SequenceNode list) {
      return new Items(list.getValue().stream().map(this::node).toList(), place);
    }
    return scalar((ScalarNode) node, place);
  }

  private static Scalar scalar(ScalarNode node, Place place) {
    return new Scalar(node.getValue(), node.getScalarStyle() != ScalarStyle.PLAIN, place);
  }

  private Fields fields(MappingNode map, Place place) {
    var fields = new ArrayList<Field>();
    Set<String> seen = new HashSet<>();
    for (NodeTuple tuple : map.getValue()) {
      YamlNode key = node(tuple.getKeyNode());
      if (!(key instanceof Scalar name)) {
        throw malformed(key.place(), "has " + key.kind() + " for a key, expected a word");
      }
      if (!seen.add(name.text())) {
        throw malformed(key.place(), "has the key '" + name.text() + "' twice");
      }
      fields.add(new Field(name, node(tuple.getValueNode())));
    }
    return new Fields(fields, place);
  }
}
