package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.HuggingFaceLowRank;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceFiles.Again;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.internal.format.StatedGrid;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.outline.Member;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.format.LowRankPairs;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Artifact;
import io.shardwright.spi.format.StoredModel.Weights;
import io.shardwright.spi.format.StoredRanks;
import io.shardwright.spi.format.TrainingState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** An open model or adapter of a format that a jar brings. */
final class PluggedModel implements ModelSource {
  /** A set of tensors by their names in the model; they are ours, or the format made them up. */
  private record Held(FolderWeights from, Map<String, SourceTensor> tensors) {
    static Held of(Weights set) {
      var tensors = new LinkedHashMap<String, SourceTensor>();
      set.tensors().forEach((name, tensor) -> tensors.put(name, (SourceTensor) tensor));
      return new Held((FolderWeights) set.from(), tensors);
    }

    RankFile file(String name) {
      return RankFile.whole(name, tensors, from.unreadable());
    }
  }

  private final Plugin plugin;
  private final OpenFiles files;
  private final StoredModel model;
  private final List<Held> sets = new ArrayList<>();
  private final List<ArrayWeights> distributed = new ArrayList<>();
  private final List<StoredArray> arrays = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();
  private final YamlDocument config;
  private final boolean optimizer;
  private final boolean kept;

  /**
   * What a format said of files.
   *
   * @param optimizer whether an optimizer's state is wanted
   * @param kept whether the target can keep it
   */
  PluggedModel(Plugin plugin, OpenFiles files, StoredModel model, boolean optimizer, boolean kept) {
    this.optimizer = optimizer;
    this.kept = kept;
    this.plugin = plugin;
    this.files = files;
    this.model = model;
    model.sets().forEach(this::add);
    this.config =
        linked((YamlDocument) model.config().orElse(YamlDocument.of(Map.of(), files.guard())));
    model
        .origin()
        .map(from -> new Origin(from.config(), from.files()).write(plugin.format()))
        .map(bytes -> new Attachment(Origin.MEMBER, new MemorySource(bytes, Origin.MEMBER)))
        .ifPresent(attachments::add);
  }

  private void add(Weights set) {
    if (set.from() instanceof ArrayWeights from) {
      distributed.add(from);
      arrays.addAll(from.arrays(set.tensors()));
    } else {
      sets.add(Held.of(set));
    }
  }

  /** The configuration with links to the files that it names, which are attached. */
  private YamlDocument linked(YamlDocument document) {
    YamlDocument linked = document;
    for (Artifact artifact : model.artifacts()) {
      ByteSource bytes = ((FileBytes) artifact.bytes()).source().get();
      var own = new Attachment(ContentHash.digits(bytes) + "_" + artifact.file(), bytes);
      attachments.add(own);
      linked = linked.with(artifact.key(), "nemo:" + own.name());
    }
    return linked;
  }

  /** Of a distributed checkpoint the documents alone say it. */
  @Override
  public Grid grid() {
    return distributed.isEmpty()
        ? model.ranks().map(StoredRanks::grid).orElse(Grid.ONE)
        : StatedGrid.of(name(), config);
  }

  /** Whether each rank has a file. */
  boolean isOfRanks() {
    return model.ranks().isPresent();
  }

  private Optional<RankWeights> ranks() {
    return model.ranks().map(held -> new RankWeights(held, model.config().isPresent(), name()));
  }

  @Override
  public SourceFiles sourceFiles() {
    return optimizer ? held() : held().withoutCompanions();
  }

  private SourceFiles held() {
    if (isOfRanks()) {
      return ranks().get().sourceFiles(config);
    }
    return distributed.isEmpty()
        ? containers()
        : new SourceFiles(List.of(), List.of(), false, true, arrays, List.of());
  }

  private SourceFiles containers() {
    var stored = new LinkedHashMap<>(first().tensors());
    stored.values().removeAll(first().from().aliases().values());
    var again = new ArrayList<Again>();
    var further = new LinkedHashMap<>(first().tensors());
    further.keySet().removeAll(stored.keySet());
    if (!further.isEmpty()) {
      again.add(new Again(RankFile.whole(name(), further, Map.of()), Kind.RANK));
    }
    for (Held other : sets.subList(1, sets.size())) {
      again.add(new Again(other.file(other.from().name()), Kind.SET));
    }
    var whole = RankFile.whole(name(), stored, first().from().unreadable());
    return SourceFiles.ofRanks(List.of(whole), again);
  }

  private Held first() {
    return sets.get(0);
  }

  @Override
  public boolean configured() {
    return isAdapter() || model.config().isPresent();
  }

  @Override
  public boolean isAdapter() {
    return model.lowRank().isPresent();
  }

  @Override
  public Map<String, HuggingFaceLowRank.Pair> pairs() {
    return plugin.asking("asked for an adapter's products", this::products);
  }

  private Map<String, HuggingFaceLowRank.Pair> products() {
    var products = new LinkedHashMap<String, HuggingFaceLowRank.Pair>();
    model
        .lowRank()
        .orElseThrow()
        .pairs()
        .forEach((module, pair) -> products.put(module, product(pair)));
    return products;
  }

  private static HuggingFaceLowRank.Pair product(LowRankPairs.Pair pair) {
    return new HuggingFaceLowRank.Pair(
        (SourceTensor) pair.a(), (SourceTensor) pair.b(), pair.scale());
  }

  @Override
  public void requireConsistent() {
    model
        .lowRank()
        .ifPresent(pairs -> plugin.doing("checking an adapter", pairs::requireConsistent));
  }

  @Override
  public Guard guard() {
    return files.guard();
  }

  @Override
  public Optional<HuggingFaceModel> huggingFace() {
    return model.model();
  }

  @Override
  public OptionalLong vocabularySize() {
    return model.vocabularySize();
  }

  @Override
  public OptionalLong tokenizerSize() {
    return model.tokenizerPieces();
  }

  @Override
  public String format() {
    return plugin.format();
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
  public List<Attachment> attachments() {
    return attachments;
  }

  @Override
  public List<Member> contents() {
    return isAdapter() ? List.of() : files.members();
  }

  @Override
  public Map<String, TorchFile> torchFiles() {
    if (ranks().isPresent()) {
      return ranks().get().torchFiles();
    }
    return distributed.isEmpty() ? first().from().torchFiles() : Map.of();
  }

  /** Its optimizer would be lost without a word. */
  @Override
  public void requireCarriable() {
    ModelSource.super.requireCarriable();
    if (optimizer) {
      new StoredOptimizer(name(), model, arrays).requireCarriable(kept);
    }
  }

  @Override
  public Optional<TrainingState> training() {
    return optimizer && kept ? model.training() : Optional.empty();
  }

  @Override
  public long leftState() {
    return optimizer ? 0 : held().stateBytes();
  }

  @Override
  public Optional<CheckpointException> unknown() {
    return model.unknown();
  }

  @Override
  public void requireIntact() {
    ModelSource.super.requireIntact();
    files.requireIntact();
    distributed.forEach(ArrayWeights::requireIntact);
  }

  @Override
  public void requireStatedSums() {
    files.requireStatedSums();
  }

  @Override
  public Collection<FileSource> opened() {
    return files.opened();
  }

  @Override
  public List<String> notes() {
    return Stream.of(files.unfinished(), model.notes()).flatMap(List::stream).distinct().toList();
  }

  @Override
  public void close() {
    files.close();
  }
}
