package io.shardwright.core.internal.codec.yaml;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.emitter.Emitter;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.serializer.Serializer;

/**
 * A model's configuration in YAML, kept as nodes. Immutable: {@link #with} returns a changed copy.
 */
public final class YamlDocument implements Configuration {
  private static final int DECODED = 6;
  private static final Map<Tag, Kind> KINDS =
      Map.of(Tag.BOOL, Kind.FLAG, Tag.INT, Kind.WHOLE, Tag.FLOAT, Kind.NUMBER);

  private final MappingNode root;
  private final Guard guard;
  private final Source source;

  /** What was asked for: rows ask the same of every tensor. */
  private final Map<String, Optional<Node>> found = new ConcurrentHashMap<>();

  private final Map<String, Optional<String>> texts = new ConcurrentHashMap<>();

  /**
   * The file that a document was read from, for messages.
   *
   * @param where its name
   * @param sayings what it says in its own words, by key; none where the words are these
   */
  private record Source(String where, Map<String, String> sayings) {
    static final Source NONE = new Source("the configuration", Map.of());
  }

  private YamlDocument(MappingNode root, Guard guard, Source source) {
    this.root = root;
    this.guard = guard;
    this.source = source;
  }

  /**
   * Parses one document whose root is a map.
   *
   * @throws MalformedCheckpointException if it breaks the grammar, holds foreign tags or duplicate
   *     keys, or is over a limit
   */
  public static YamlDocument parse(ByteSource source, Guard guard) {
    String where = source.name();
    try {
      var checked = NodeCheck.require(compose(source, guard), guard, where);
      var named = new Source(where, Map.of());
      return new YamlDocument(new MergeKeys(where).resolve(checked), guard, named);
    } catch (CharacterCodingException bad) {
      throw malformed(where, "is not UTF-8");
    } catch (YAMLException | IllegalArgumentException | IndexOutOfBoundsException bad) {
      throw malformed(
          where, "is not YAML: " + String.valueOf(bad.getMessage()).replaceAll("\\s+", " "));
    }
  }

  /**
   * A document of maps, lists, strings, longs, doubles, truth values and nulls.
   *
   * @param guard for what its references may expand to
   */
  public static YamlDocument of(Map<String, ?> values, Guard guard) {
    return new YamlDocument(YamlBuilder.map(values), guard, Source.NONE);
  }

  /** A document that was read for its meaning. */
  public static YamlDocument of(YamlNode.Fields fields, Guard guard) {
    return new YamlDocument(YamlBuilder.map(fields), guard, Source.NONE);
  }

  /**
   * The same document, made of a file whose keys have other names.
   *
   * @param where the file
   * @param sayings what it says there, by the keys of this document
   */
  public YamlDocument from(String where, Map<String, String> sayings) {
    return new YamlDocument(root, guard, new Source(where, Map.copyOf(sayings)));
  }

  /** A configuration without references, and what could not be resolved. */
  public record Resolved(YamlDocument document, List<String> notes) {}

  /**
   * A part of the document, its references resolved within the whole.
   *
   * @param path keys; where they lead to no map, the whole document is meant
   */
  public Resolved resolved(List<String> path) {
    MappingNode part = root;
    for (String key : path) {
      part = NodeEdit.map(part, key).orElse(root);
    }
    var interpolation = new Interpolation(root, guard);
    MappingNode resolved = (MappingNode) interpolation.resolve(part);
    return new Resolved(
        new YamlDocument(resolved, guard, source),
        interpolation.notes().stream().distinct().toList());
  }

  /** The root of the one document that a source holds, within the limits, or null. */
  static Node compose(ByteSource source, Guard guard) throws CharacterCodingException {
    String where = source.name();
    guard.require(Limit.CONFIG_BYTES, source.size(), where);
    guard.unpack(source.size(), source.packed(0, source.size()), where);
    guard.take(DECODED * source.size(), where);
    ByteBuffer bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    var loading = new LoaderOptions();
    loading.setTagInspector(PythonPath::isOf);
    loading.setNestingDepthLimit((int) guard.limit(Limit.YAML_DEPTH));
    loading.setMaxAliasesForCollections((int) guard.limit(Limit.YAML_ALIASES));
    loading.setCodePointLimit((int) guard.limit(Limit.CONFIG_BYTES));
    YamlEvents.require(parser(text, loading), text, guard, where);
    return new Composer(parser(text, loading), new PlainResolver(), loading).getSingleNode();
  }

  static MalformedCheckpointException malformed(String where, String problem) {
    return new MalformedCheckpointException(ErrorCode.YAML_MALFORMED, where, problem);
  }

  private static Parser parser(String text, LoaderOptions loading) {
    return new ParserImpl(new StreamReader(text), loading);
  }

  @Override
  public Optional<String> text(String key) {
    return texts.computeIfAbsent(key, this::written);
  }

  private Optional<String> written(String key) {
    return list(key)
        .map(List::toString)
        .or(() -> find(key).filter(n -> !n.getTag().equals(Tag.NULL)).flatMap(NodeEdit::text));
  }

  @Override
  public Kind kind(String key) {
    Optional<Node> found = find(key);
    if (found.isEmpty() || found.get().getTag().equals(Tag.NULL)) {
      return Kind.NONE;
    }
    if (found.get() instanceof ScalarNode scalar) {
      return KINDS.getOrDefault(scalar.getTag(), Kind.TEXT);
    }
    return found.get() instanceof SequenceNode ? Kind.LIST : Kind.MAP;
  }

  @Override
  public String where() {
    return source.where();
  }

  @Override
  public String says(String key) {
    String said = source.sayings().get(key);
    return said == null ? Configuration.super.says(key) : said;
  }

  @Override
  public boolean knows(String key) {
    return source.sayings().isEmpty() || source.sayings().containsKey(key);
  }

  @Override
  public boolean has(String key) {
    return find(key).isPresent();
  }

  /** A list's scalars; empty where the value is no list. */
  public Optional<List<String>> list(String key) {
    return find(key)
        .filter(node -> node instanceof SequenceNode && !PythonPath.is(node))
        .map(
            list ->
                ((SequenceNode) list)
                    .getValue().stream()
                        .filter(ScalarNode.class::isInstance)
                        .map(item -> PlainNumber.text((ScalarNode) item))
                        .toList());
  }

  /** Every scalar and list of the model by its dotted path; {@code null} for nothing. */
  public Map<String, String> leaves() {
    var leaves = new LinkedHashMap<String, String>();
    NodeEdit.leaves(model(), "", leaves);
    return leaves;
  }

  /** Whether a key's value is a map. */
  public boolean isMap(String key) {
    return find(key).filter(MappingNode.class::isInstance).isPresent();
  }

  private Optional<Node> find(String key) {
    return found.computeIfAbsent(key, this::search);
  }

  private Optional<Node> search(String key) {
    Node node = model();
    for (String part : key.split("\\.", -1)) {
      Optional<Node> value = NodeEdit.child(node, part);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      node = value.get();
    }
    return Optional.of(isReference(node) ? new Interpolation(root, guard).resolve(node) : node);
  }

  private static boolean isReference(Node node) {
    return node instanceof ScalarNode scalar && scalar.getValue().contains("${");
  }

  private MappingNode model() {
    return NodeEdit.map(root, "model").orElse(root);
  }

  /**
   * A copy in which one key of the model has another value. A key that is absent is appended.
   *
   * @param key dotted path; all but its last part lead to maps that are there
   * @param plain the value as a plain scalar: {@code 2}, {@code false}, {@code null}; or a flow
   *     list of such
   */
  @Override
  public YamlDocument with(String key, String plain) {
    MappingNode model = model();
    MappingNode changed = NodeEdit.with(model, List.of(key.split("\\.")), plain);
    MappingNode whole = model == root ? changed : NodeEdit.with(root, "model", changed);
    return new YamlDocument(whole, guard, source);
  }

  /** A configuration that says what NeMo takes for granted: keys and their plain values. */
  public YamlDocument completed(Map<String, String> defaults) {
    YamlDocument whole = this;
    for (var key : new TreeMap<>(defaults).entrySet()) {
      whole = has(key.getKey()) ? whole : whole.with(key.getKey(), key.getValue());
    }
    return whole;
  }

  MappingNode root() {
    return root;
  }

  /** The document as OmegaConf would write it. */
  public byte[] write() {
    var style = new DumperOptions();
    style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    style.setWidth(80);
    style.setAllowUnicode(true);
    var out = new StringWriter();
    try {
      var serializer = new Serializer(new Emitter(out, style), new PlainResolver(), style, null);
      serializer.open();
      serializer.serialize(root);
      serializer.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }
}
