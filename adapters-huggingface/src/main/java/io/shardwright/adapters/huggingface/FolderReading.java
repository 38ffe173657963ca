package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Artifact;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.TensorSet;
import io.shardwright.spi.format.TokenizerFiles;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads a folder as transformers saves models. */
final class FolderReading {
  /** Of transformers 5.24.0 ({@code modeling_t5.py}) and NeMo 1.23.0 ({@code attention.py}). */
  private static final String ENCODER_DECODER =
      "NeMo's T5 is read from NeMo's own files alone: transformers' classes of that kind are not"
          + " converted";

  private static final String AS_TENSORS =
      ". inspect, verify and convert " + Setting.FORMAT.inText("safetensors") + " take it";

  private final StoredFiles files;
  private final KnownModels models;
  private final List<String> notes = new ArrayList<>();
  private final WeightSets sets;
  private final String where;
  private final Quantization quantization;
  private final Map<String, ContainedTensor> first;
  private final DialectDocument document;
  private final FolderVocabulary vocabulary;
  private final HuggingFaceModel model;
  private Function<Map<String, ContainedTensor>, Optional<TorchOptimizer>> optimizer =
      none -> Optional.empty();

  private FolderReading(
      StoredFiles files, KnownModels models, Obj config, String where, WeightSets sets) {
    this.files = files;
    this.models = models;
    this.where = where;
    this.sets = sets;
    notes.addAll(sets.notes());
    notes.addAll(sets.first().notes());
    quantization = new Quantization(files, config);
    first = quantization.plain(sets.first());
    notes.addAll(quantization.notes());
    var shapes = new LinkedHashMap<String, Shape>();
    first.forEach((name, tensor) -> shapes.put(name, tensor.spec().shape()));
    document = new DialectDocument(quantization.rest(), shapes);
    vocabulary = new FolderVocabulary(document);
    model = ClassMatch.find(models.classes(), document).orElseThrow(this::unknown);
  }

  /**
   * Reads a folder.
   *
   * @throws UnrecognizedCheckpointException if it is of no class that a family knows
   */
  static StoredModel read(StoredFiles files, KnownModels models) {
    var notes = new ArrayList<String>();
    Obj config = files.config(HuggingFaceFormat.CONFIG, notes::add);
    var sets = new WeightSets(files, HuggingFaceFormat.weightSets(files.files()));
    String where = files.name() + "/" + HuggingFaceFormat.CONFIG;
    return new FolderReading(files, models, config, where, sets).read(notes);
  }

  /** Reads a model whose tensors are in a container of another format. */
  static StoredModel read(
      StoredFiles files,
      KnownModels models,
      Obj config,
      String where,
      DistributedSet held,
      List<String> notes) {
    var known = OuterNames.of(held, new DialectDocument(config), models.classes());
    var reading = new FolderReading(files, models, config, where, new WeightSets(files, known));
    reading.optimizer = model -> TorchOptimizer.of(held, model, OuterNames::unwrapped);
    return reading.read(notes);
  }

  private StoredModel read(List<String> before) {
    notes.addAll(0, before);
    var read = new ConfigJson(model, models.dialects()).read(document, where);
    notes.addAll(read.notes());
    new SettingsFiles(files, document).compare(model, notes);
    var side = new TokenizerFiles(files);
    var pieces = side.pieces();
    var artifacts = new ArrayList<Artifact>();
    Configuration config = read.apply(models.base(model), where);
    config = side.tokenizer(vocabulary.rows(config, pieces), artifacts);
    var origin = side.origin(document.document(), notes);
    config = config.with("precision", precision()).with("target", model.restores());
    var tensors = KnownNames.of(first, model.names(), notes);
    vocabulary.require(model.names().inForce(config), tensors, files.name());
    var state = optimizer.apply(tensors);
    var all = new LinkedHashMap<String, ContainedTensor>(tensors);
    state.ifPresent(own -> all.putAll(own.states()));
    var built =
        StoredModel.of(new Weights(sets.held(), all))
            .model(model)
            .config(config)
            .vocabulary(vocabulary.size(), pieces)
            .origin(origin)
            .notes(notes);
    state.ifPresent(own -> built.training(own.training()));
    artifacts.forEach(built::artifact);
    sets.others().forEach(other -> built.again(again(other)));
    return built.build();
  }

  private Weights again(TensorSet other) {
    return new Weights(
        other, KnownNames.of(quantization.plain(other), model.names(), new ArrayList<>()));
  }

  private UnrecognizedCheckpointException unknown() {
    List<HuggingFaceModel> known = models.classes();
    var relatives = ClassMatch.relatives(known, document);
    if (!relatives.isEmpty()) {
      return unknown(
          HuggingFaceFormat.CONFIG
              + " names architecture '"
              + ClassMatch.architecture(document).orElseThrow()
              + "', a "
              + ClassMatch.modelType(document).orElseThrow()
              + " without "
              + relatives.get(0)
              + "'s head or with another; of that kind only "
              + String.join(", ", relatives)
              + " is read"
              + AS_TENSORS);
    }
    Optional<String> said =
        ClassMatch.architecture(document)
            .or(() -> ClassMatch.modelType(document))
            .or(() -> document.text("architecture"));
    if (ClassMatch.hasEncoderAndDecoder(document)) {
      return unknown(
          HuggingFaceFormat.CONFIG
              + " names architecture '"
              + said.orElse("(none)")
              + "', an encoder with a decoder. "
              + ENCODER_DECODER
              + AS_TENSORS);
    }
    return unknown(
        "no family knows architecture '"
            + said.orElse("(none)")
            + "'; known are "
            + known.stream().map(HuggingFaceModel::architecture).distinct().sorted().toList()
            + models.lacking(said).map(jars -> ": add " + jars + " to the class path").orElse(""));
  }

  private UnrecognizedCheckpointException unknown(String problem) {
    return new UnrecognizedCheckpointException(ErrorCode.FAMILY_UNKNOWN, files.name(), problem);
  }

  /** The type of most elements, in NeMo's words; a configuration may say another. */
  private String precision() {
    DType most = mostElements();
    document
        .text(List.of("dtype", "torch_dtype"))
        .map(stated -> stated.replaceFirst("^torch\\.", ""))
        .filter(stated -> !stated.equals(most.torchName()) && !stated.equals("auto"))
        .ifPresent(
            stated ->
                notes.add(
                    HuggingFaceFormat.CONFIG
                        + " says dtype "
                        + stated
                        + ", and most values are "
                        + most.torchName()
                        + ": every tensor keeps its type"));
    return most == DType.BFLOAT16 ? "bf16" : most == DType.FLOAT16 ? "16" : "32";
  }

  private DType mostElements() {
    Map<DType, Long> elements = new EnumMap<>(DType.class);
    for (ContainedTensor tensor : first.values()) {
      elements.merge(tensor.spec().dtype(), tensor.spec().shape().elements(), Math::addExact);
    }
    return elements.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.FLOAT32);
  }
}
