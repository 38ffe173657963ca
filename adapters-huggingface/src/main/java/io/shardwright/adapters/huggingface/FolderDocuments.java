package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.ModelLayout.Documents;
import io.shardwright.spi.format.StoredModel.Origin;
import io.shardwright.spi.format.TokenizerFiles;
import io.shardwright.spi.format.WantedShards;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Every file of a folder that holds no tensors. */
final class FolderDocuments {
  private final WantedShards wanted;
  private final HuggingFaceModel model;
  private final ConfigJson configJson;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();
  private final Map<String, byte[]> documents = new LinkedHashMap<>();

  FolderDocuments(WantedShards wanted) {
    this.wanted = wanted;
    this.model = wanted.model();
    tensors().forEach(spec -> shapes.put(spec.name(), spec.shape()));
    this.configJson = new ConfigJson(model, wanted.dialects(), shapes);
  }

  Documents write() {
    Optional<Origin> origin = wanted.origin();
    Obj config =
        configJson.write(
            wanted.config(),
            dtype().torchName(),
            wanted.vocabularyRows(),
            origin
                .map(from -> HuggingFaceFormat.document(from.config()).orElse(from.config()))
                .filter(this::isOfTheClass),
            wanted.source());
    put(HuggingFaceFormat.CONFIG, config);
    Configuration means = meaning(config);
    if (wanted.shards().size() > 1) {
      put(HuggingFaceFormat.SAFETENSORS + HuggingFaceFormat.INDEX, index());
    }
    documents.putAll(TokenizerFiles.of(wanted));
    documents.putIfAbsent("README.md", utf8(card()));
    return new Documents(documents, means);
  }

  private boolean isOfTheClass(Obj config) {
    return ClassMatch.find(List.of(model), new DialectDocument(config)).isPresent();
  }

  /** What a reader takes from the document. */
  private Configuration meaning(Obj document) {
    String where = HuggingFaceFormat.CONFIG + " of " + wanted.source();
    return configJson
        .read(new DialectDocument(document, shapes), where)
        .apply(wanted.dialects().configuration(model.base(), where), where);
  }

  private Stream<TensorSpec> tensors() {
    return wanted.shards().values().stream().flatMap(List::stream);
  }

  /** The document that says which file holds which tensor. */
  private Obj index() {
    var files = new TreeMap<String, String>();
    wanted
        .shards()
        .forEach((file, tensors) -> tensors.forEach(tensor -> files.put(tensor.name(), file)));
    Obj map = Obj.empty();
    files.forEach((tensor, file) -> map.put(tensor, new Str(file)));
    long total = tensors().mapToLong(TensorSpec::byteSize).sum();
    return Obj.empty()
        .put("metadata", Obj.empty().put("total_size", Num.of(total)))
        .put("weight_map", map);
  }

  private void put(String name, Obj document) {
    documents.put(name, wanted.json(document));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The type of most bytes. */
  private DType dtype() {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    tensors().forEach(spec -> bytes.merge(spec.dtype(), spec.byteSize(), Math::addExact));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.FLOAT32);
  }

  /** A page for people about the model. */
  private String card() {
    var facts = new LinkedHashMap<String, String>();
    facts.put("class", model.architecture());
    facts.put("made from", wanted.source().replace("|", "\\|"));
    facts.put(
        "made by", "Shardwright, for NeMo and Megatron checkpoints; not affiliated with NVIDIA");
    facts.put("tensors", Long.toString(tensors().count()));
    facts.put("type of most values", dtype().torchName());
    facts.put("checked", "every tensor was read back and compared by its CRC-32");
    var text = new StringBuilder("# Converted model\n\n| | |\n|---|---|\n");
    facts.forEach(
        (name, value) -> text.append("| ").append(name).append(" | ").append(value).append(" |\n"));
    return text.toString();
  }
}
