package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.tokenizer.FastTokenizer;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.convert.HuggingFaceDialect;
import io.shardwright.core.internal.convert.HuggingFaceMatch;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every file of a folder that holds no tensors. */
public final class HuggingFaceDocuments {
  private static final int INDENT = 2;

  private final ModelSource source;
  private final List<Attachment> attachments;
  private final ExecutablePlan plan;
  private final DirectoryFormat format;
  private final HuggingFaceModel model;
  private final Map<String, byte[]> documents = new LinkedHashMap<>();

  private HuggingFaceDocuments(
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan,
      DirectoryFormat format) {
    this.source = source;
    this.attachments = attachments;
    this.plan = plan;
    this.format = format;
    this.model = plan.choice().huggingFace().orElseThrow();
  }

  /**
   * The documents of a plan's target, by name.
   *
   * @param attachments the source's, but for those that others were given for
   */
  public static Map<String, byte[]> of(
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan,
      DirectoryFormat format) {
    var documents = new HuggingFaceDocuments(source, attachments, plan, format);
    documents.write();
    return documents.documents;
  }

  private void write() {
    Optional<Origin> origin = Origin.of(source);
    Obj config =
        HuggingFaceDialect.write(
            HuggingFaceDialect.complete(
                plan.changed(source.config()), plan.source().family().defaults()),
            model,
            dtype().torchName(),
            vocabularyRows(),
            origin.map(Origin::config).filter(known -> isOf(known)),
            source.name());
    put(format.configFile(), config);
    requireFits(config);
    Map<String, List<TensorSpec>> shards = new LinkedHashMap<>();
    plan.files()
        .forEach(
            file ->
                shards.put(
                    file.member(),
                    file.tensors().values().stream().map(TargetTensor::spec).toList()));
    format.index(shards).forEach((name, index) -> put(name, (Obj) json(index)));
    boolean replaced = plan.changes().stream().anyMatch(TokenizerFiles::concerns);
    origin.map(Origin::files).orElse(Map.of()).entrySet().stream()
        .filter(file -> !(replaced && TokenizerFiles.isOne(file.getKey())))
        .forEach(
            file -> documents.put(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8)));
    Map<String, ByteSource> tokenizer = TokenizerFiles.of(plan.config(), attachments);
    tokenizer.forEach((name, file) -> documents.putIfAbsent(name, bytes(file)));
    Optional.ofNullable(tokenizer.get(SideFiles.PIECES)).ifPresent(this::fastTokenizer);
    var card = format.card(facts());
    documents.putIfAbsent(card.getKey(), card.getValue().getBytes(StandardCharsets.UTF_8));
  }

  /** What a reader takes from the document must be what the tensors are. */
  private void requireFits(Obj document) {
    String where = format.configFile() + " of " + source.name();
    byte[] base = model.base().getBytes(StandardCharsets.UTF_8);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    plan.targets().forEach(target -> shapes.put(target.spec().name(), target.spec().shape()));
    var config =
        HuggingFaceDialect.read(new DialectDocument(document, shapes), model, where)
            .apply(YamlDocument.parse(new MemorySource(base, where), Guard.standard()), where);
    Describer.requireShapes(
        where,
        plan.source().family(),
        config,
        model.names(),
        plan.targets().map(TargetTensor::spec).toList());
  }

  /** What transformers reads without a library for SentencePiece. */
  private void fastTokenizer(ByteSource pieces) {
    boolean alone =
        !documents.containsKey("tokenizer.json") && !documents.containsKey("tokenizer_config.json");
    if (alone) {
      FastTokenizer.of(
              ByteBuffer.wrap(documents.get(SideFiles.PIECES)), source.guard(), pieces.name())
          .ifPresent(made -> made.forEach(this::put));
    }
  }

  private boolean isOf(Obj config) {
    return HuggingFaceMatch.find(List.of(model), new DialectDocument(config)).isPresent();
  }

  private void put(String name, Obj document) {
    byte[] bytes = JsonDocument.write(document, INDENT);
    byte[] line = java.util.Arrays.copyOf(bytes, bytes.length + 1);
    line[bytes.length] = '\n';
    documents.put(name, line);
  }

  private static JsonValue json(Object value) {
    if (value instanceof Map<?, ?> map) {
      Obj object = Obj.empty();
      map.forEach((key, item) -> object.put(key.toString(), json(item)));
      return object;
    }
    return value instanceof Number number ? new Num(number.toString()) : new Str(value.toString());
  }

  /** The type of most bytes. */
  private DType dtype() {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    plan.targets().forEach(t -> bytes.merge(t.spec().dtype(), t.spec().byteSize(), Math::addExact));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.FLOAT32);
  }

  private Optional<Long> vocabularyRows() {
    return plan.source().tensors().stream()
        .filter(tensor -> tensor.rule().traits().vocabPadded())
        .flatMap(
            tensor ->
                plan.steps().stream().filter(step -> step.tensor().name().equals(tensor.id())))
        .map(step -> step.tensor().shape().dim(0))
        .findFirst();
  }

  private Map<String, String> facts() {
    var facts = new LinkedHashMap<String, String>();
    facts.put("class", model.architecture());
    facts.put("made from", source.name().replace("|", "\\|"));
    facts.put(
        "made by", "Shardwright, for NeMo and Megatron checkpoints; not affiliated with NVIDIA");
    facts.put("tensors", Long.toString(plan.targets().count()));
    facts.put("type of most values", dtype().torchName());
    facts.put("checked", "every tensor was read back and compared by its CRC-32");
    return facts;
  }

  /** A small file's bytes. */
  private byte[] bytes(ByteSource file) {
    source.guard().require(Limit.STRING_BYTES, file.size(), file.name());
    source.guard().take(file.size(), file.name());
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
    file.readFully(bytes, 0);
    return bytes.array();
  }
}
