package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/** A model's configuration as its nodes. Immutable: {@link #with} gives a changed copy. */
public final class YamlDocument implements ModelConfig {
  private static final int MAX_BYTES = 16 << 20;
  private static final int MAX_DEPTH = 100;
  private static final int MAX_ALIASES = 10_000;

  private final MappingNode root;

  private YamlDocument(MappingNode root) {
    this.root = root;
  }

  /**
   * Parses one document whose root is a map.
   *
   * @throws MalformedCheckpointException if it breaks the grammar, holds foreign tags or duplicate
   *     keys, or is over a limit
   */
  public static YamlDocument parse(ByteSource source) {
    if (source.size() > MAX_BYTES) {
      throw new MalformedCheckpointException(
          ErrorCode.LIMIT_EXCEEDED,
          source.name(),
          source.size() + " bytes, over the limit of " + MAX_BYTES + ": see --max-config-bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
      return new YamlDocument(NodeCheck.require(compose(text), source.name()));
    } catch (CharacterCodingException bad) {
      throw malformed(source.name(), "is not UTF-8");
    } catch (YAMLException bad) {
      throw malformed(source.name(), "is no YAML: " + bad.getMessage().replaceAll("\\s+", " "));
    }
  }

  private static Node compose(String text) {
    return yaml().compose(new java.io.StringReader(text));
  }

  static MalformedCheckpointException malformed(String where, String problem) {
    return new MalformedCheckpointException(ErrorCode.YAML_MALFORMED, where, problem);
  }

  private static Yaml yaml() {
    var loading = new LoaderOptions();
    loading.setAllowDuplicateKeys(false);
    loading.setNestingDepthLimit(MAX_DEPTH);
    loading.setMaxAliasesForCollections(MAX_ALIASES);
    loading.setCodePointLimit(MAX_BYTES);
    var dumping = new DumperOptions();
    dumping.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    dumping.setIndent(2);
    dumping.setWidth(80);
    dumping.setAllowUnicode(true);
    return new Yaml(
        new SafeConstructor(loading),
        new Representer(dumping),
        dumping,
        loading,
        new PlainResolver());
  }

  @Override
  public Optional<String> text(String key) {
    return find(key)
        .filter(node -> !node.getTag().equals(Tag.NULL))
        .filter(ScalarNode.class::isInstance)
        .map(node -> ((ScalarNode) node).getValue());
  }

  @Override
  public boolean has(String key) {
    return find(key).isPresent();
  }

  private Optional<Node> find(String key) {
    Node node = model();
    for (String part : key.split("\\.", -1)) {
      Optional<Node> value =
          node instanceof MappingNode map ? NodeEdit.get(map, part) : Optional.empty();
      if (value.isEmpty()) {
        return Optional.empty();
      }
      node = value.get();
    }
    return Optional.of(node);
  }

  private MappingNode model() {
    return NodeEdit.get(root, "model")
        .filter(MappingNode.class::isInstance)
        .map(MappingNode.class::cast)
        .orElse(root);
  }

  /**
   * A copy in which one top-level key of the model has another value. A key that is absent is
   * appended.
   *
   * @param plain the value as a plain scalar: {@code 2}, {@code false}, {@code null}
   */
  public YamlDocument with(String key, String plain) {
    MappingNode model = model();
    MappingNode changed = NodeEdit.with(model, key, plain, new PlainResolver());
    return new YamlDocument(model == root ? changed : NodeEdit.with(root, "model", changed));
  }

  /** The document as OmegaConf would write it. */
  public byte[] write() {
    var out = new StringWriter();
    yaml().serialize(root, out);
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
