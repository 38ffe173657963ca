package io.shardwright.core.internal.format.directory;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.convert.HuggingFaceDialect;
import io.shardwright.core.internal.convert.HuggingFaceMatch;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceFiles.Again;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.outline.Member;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** An open folder as transformers saves models. */
public final class DirectoryCheckpoint implements ModelSource {

  private final FolderFiles files;
  private final DirectoryFormat format;
  private final WeightSets sets;
  private final FolderWeights weights;
  private final DialectDocument huggingFace;
  private final FolderVocabulary vocabulary;
  private final HuggingFaceModel model;
  private final List<String> notes = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();
  private final YamlDocument config;
  private final Map<String, SourceTensor> tensors;

  private DirectoryCheckpoint(
      FolderFiles files, DirectoryFormat format, AdapterRegistry registry, Optional<Path> base) {
    this.files = files;
    this.format = format;
    var document =
        JsonDocument.parseConfig(files.open(format.configFile()), files.guard(), notes::add);
    sets = new WeightSets(files, format.weightSets(files.names()));
    notes.addAll(sets.notes());
    weights = sets.first();
    notes.addAll(weights.notes());
    Quantization.refuse(document, weights.tensors(), files.name());
    var shapes = new LinkedHashMap<String, Shape>();
    weights.named().forEach((name, tensor) -> shapes.put(name, tensor.spec().shape()));
    huggingFace = new DialectDocument(document, shapes);
    vocabulary = new FolderVocabulary(huggingFace);
    model = model(registry);
    config = readConfig(base);
    tensors = KnownNames.of(weights.named(), model.names(), notes);
    vocabulary.require(model.names().inForce(config), tensors, name());
  }

  /**
   * Opens a folder.
   *
   * @param registry the classes that families can be made of
   * @param base a NeMo configuration in place of the class's own
   * @throws UnrecognizedCheckpointException if it is of none of them
   */
  public static DirectoryCheckpoint open(
      Path folder,
      DirectoryFormat format,
      AdapterRegistry registry,
      Optional<Path> base,
      Guard guard) {
    var files = new FolderFiles(folder, guard);
    try {
      return new DirectoryCheckpoint(files, format, registry, base);
    } catch (RuntimeException refusal) {
      files.close();
      throw refusal;
    }
  }

  private HuggingFaceModel model(AdapterRegistry registry) {
    List<HuggingFaceModel> models = registry.huggingFaceModels();
    return HuggingFaceMatch.find(models, huggingFace).orElseThrow(() -> unknown(models, registry));
  }

  private UnrecognizedCheckpointException unknown(
      List<HuggingFaceModel> models, AdapterRegistry registry) {
    var relatives = HuggingFaceMatch.relatives(models, huggingFace);
    if (!relatives.isEmpty()) {
      return new UnrecognizedCheckpointException(
          ErrorCode.FAMILY_UNKNOWN,
          files.name(),
          format.configFile()
              + " names architecture '"
              + HuggingFaceMatch.architecture(huggingFace).orElseThrow()
              + "', a "
              + HuggingFaceMatch.modelType(huggingFace).orElseThrow()
              + " without "
              + relatives.get(0)
              + "'s head or with another; of that kind only "
              + String.join(", ", relatives)
              + " is read. inspect, verify and convert "
              + Setting.FORMAT.inText("safetensors")
              + " take it");
    }
    Optional<String> said =
        HuggingFaceMatch.architecture(huggingFace)
            .or(() -> HuggingFaceMatch.modelType(huggingFace))
            .or(() -> huggingFace.text("architecture"));
    return new UnrecognizedCheckpointException(
        ErrorCode.FAMILY_UNKNOWN,
        files.name(),
        "no family knows architecture '"
            + said.orElse("(none)")
            + "'; known are "
            + models.stream().map(HuggingFaceModel::architecture).distinct().sorted().toList()
            + registry
                .lacking(said)
                .map(jars -> ": add " + jars + " to the class path")
                .orElse(""));
  }

  private YamlDocument readConfig(Optional<Path> given) {
    String where = files.name() + "/" + format.configFile();
    var read = HuggingFaceDialect.read(huggingFace, model, where);
    notes.addAll(read.notes());
    new SettingsFiles(files, format, huggingFace).compare(model, notes);
    YamlDocument base = base(given);
    YamlDocument document = read.apply(base, where);
    document = vocabulary.rows(document, tokenizerSize());
    var side = new SideFiles(files, format);
    document = side.tokenizer(document, attachments, notes);
    attachments.add(side.origin(huggingFace.document(), notes));
    return document.with("precision", precision()).with("target", model.restores());
  }

  private YamlDocument base(Optional<Path> given) {
    if (given.isPresent()) {
      try (var file = new FileSource(given.get(), given.get().toString())) {
        return YamlDocument.parse(file, files.guard()).resolved(List.of("model")).document();
      }
    }
    byte[] own = model.base().getBytes(StandardCharsets.UTF_8);
    return YamlDocument.parse(new MemorySource(own, model.modelType()), files.guard());
  }

  /** The type of most elements, in NeMo's words; a configuration may say another. */
  private String precision() {
    DType most = weights.mostElements();
    huggingFace
        .text(List.of("dtype", "torch_dtype"))
        .map(stated -> stated.replaceFirst("^torch\\.", ""))
        .filter(stated -> !stated.equals(most.torchName()) && !stated.equals("auto"))
        .ifPresent(
            stated ->
                notes.add(
                    format.configFile()
                        + " says dtype "
                        + stated
                        + ", and most values are "
                        + most.torchName()
                        + ": every tensor keeps its type"));
    return most == DType.BFLOAT16 ? "bf16" : most == DType.FLOAT16 ? "16" : "32";
  }

  @Override
  public Guard guard() {
    return files.guard();
  }

  @Override
  public Optional<HuggingFaceModel> huggingFace() {
    return Optional.of(model);
  }

  @Override
  public OptionalLong vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public String format() {
    return format.id();
  }

  @Override
  public String name() {
    return files.name();
  }

  @Override
  public YamlDocument config() {
    return config;
  }

  @Override
  public SourceFiles sourceFiles() {
    var stored = new LinkedHashMap<>(tensors);
    stored.values().removeAll(weights.aliases().values());
    var again = new ArrayList<Again>();
    var further = new LinkedHashMap<>(tensors);
    further.keySet().removeAll(stored.keySet());
    if (!further.isEmpty()) {
      again.add(new Again(RankFile.whole(name(), further, Map.of()), Kind.RANK));
    }
    for (FolderWeights other : sets.others()) {
      var held = KnownNames.of(other.named(), model.names(), new ArrayList<>());
      again.add(new Again(RankFile.whole(other.name(), held, other.unreadable()), Kind.SET));
    }
    return SourceFiles.ofRanks(
        List.of(RankFile.whole(name(), stored, weights.unreadable())), again);
  }

  @Override
  public List<Attachment> attachments() {
    return attachments;
  }

  @Override
  public List<Member> contents() {
    return files.members();
  }

  @Override
  public Map<String, TorchFile> torchFiles() {
    return weights.torchFiles();
  }

  @Override
  public Collection<FileSource> opened() {
    return files.opened();
  }

  @Override
  public long fileBytes() {
    return files.bytes();
  }

  @Override
  public OptionalLong tokenizerSize() {
    return files.names().contains(SideFiles.PIECES)
        ? TokenizerSize.of(files.open(SideFiles.PIECES), files.guard())
        : files.names().contains("tokenizer.json")
            ? TokenizerSize.of(files.open("tokenizer.json"), files.guard())
            : OptionalLong.empty();
  }

  @Override
  public List<String> notes() {
    return notes.stream().distinct().toList();
  }

  @Override
  public void close() {
    files.close();
  }
}
