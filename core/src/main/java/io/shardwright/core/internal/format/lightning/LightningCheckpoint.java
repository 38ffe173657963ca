package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.bytes.FolderLinks;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.Wrappers;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.nemo.DistributedArrays;
import io.shardwright.core.internal.format.nemo.FolderMembers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.outline.Member;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.Grid;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.format.TrainingState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An open step of a training checkpoint. */
public final class LightningCheckpoint implements ModelSource {
  private final String name;
  private final Step step;
  private final LightningOptions options;
  private final AdapterRegistry registry;
  private final Guard guard;
  private final Map<RankCoordinate, FileSource> sources = new TreeMap<>();
  private final Map<RankCoordinate, TrainingFile> files = new TreeMap<>();
  private final List<String> notes = new ArrayList<>();
  private Optional<CheckpointException> withoutConfig = Optional.empty();
  private FolderMembers members;
  private DistributedArrays arrays;
  private final YamlDocument config;
  private final Grid grid;

  private LightningCheckpoint(
      String name, Step step, LightningOptions options, AdapterRegistry registry, Guard guard) {
    this.name = name;
    this.step = step;
    this.options = options;
    this.registry = registry;
    this.guard = guard;
    try {
      openFiles();
      config = readConfig();
      grid = step.grid(config, withoutConfig.isPresent());
      guard.require(Limit.ENTRIES, grid.size(), name);
      new StepCheck(name, step, files).require(grid);
      requireOneConfiguration();
    } catch (RuntimeException refusal) {
      close();
      throw refusal;
    }
  }

  /** Whether a path may hold steps of a training. */
  public static boolean recognizes(Path path) {
    return Files.isRegularFile(path) && path.toString().endsWith(".ckpt")
        || Files.isDirectory(path)
            && !Files.exists(path.resolve("model_config.yaml"))
            && !Steps.of(path).isEmpty();
  }

  /**
   * Opens a step.
   *
   * @throws UnrecognizedCheckpointException if there is none
   */
  public static LightningCheckpoint open(
      Path path, LightningOptions options, AdapterRegistry registry, Guard guard) {
    var choice = new Choice(path, Steps.of(path), guard);
    Step step = choice.step(options);
    String name = String.valueOf(path.getFileName());
    var checkpoint = new LightningCheckpoint(name, step, options, registry, guard);
    checkpoint.notes.addAll(0, choice.notes());
    return checkpoint;
  }

  private void openFiles() {
    if (step.distributed()) {
      members = new FolderMembers(step.folder(), guard);
      arrays = new DistributedArrays(step.name(), members, "", guard);
      var common = arrays.torchFiles().get("common.pt");
      files.put(new RankCoordinate(0, 0), new TrainingFile("common.pt", common, guard));
      return;
    }
    step.ranks()
        .forEach(
            (rank, path) -> {
              String member = member(path);
              FolderLinks.require(path, guard, name);
              var source = new FileSource(path, name.equals(member) ? name : name + "/" + member);
              sources.put(rank, source);
              files.put(rank, new TrainingFile(member, TorchFile.open(source, guard), guard));
            });
  }

  private String member(Path path) {
    Path parent = path.getParent();
    return Steps.rank(parent).isPresent()
        ? parent.getFileName() + "/" + path.getFileName()
        : path.getFileName().toString();
  }

  private TrainingFile first() {
    return files.values().iterator().next();
  }

  private YamlDocument readConfig() {
    if (options.hparamsFile().isPresent()) {
      return hparams(options.hparamsFile().get());
    }
    Optional<PickleValue> given = HyperParameters.find(first());
    try {
      var resolved =
          given
              .flatMap(value -> new HyperParameters(name, guard).resolve(value))
              .orElseThrow(() -> missing(given));
      notes.addAll(resolved.notes());
      return resolved.document();
    } catch (UnrecognizedCheckpointException | UnsafeCheckpointException unread) {
      if (first().get("state_dict").isEmpty()) {
        throw unread;
      }
      withoutConfig = Optional.of(unread);
      notes.add(unread.message(Remedy::inText));
      return YamlDocument.of(Map.of(), guard);
    }
  }

  private UnrecognizedCheckpointException missing(Optional<PickleValue> given) {
    return new UnrecognizedCheckpointException(
        ErrorCode.CONFIG_MISSING,
        name,
        given
                .map(HyperParameters::kind)
                .map(kind -> "its configuration is " + kind + ", expected a map of keys")
                .orElse("holds no hyper_parameters")
            + ": give a configuration with "
            + Setting.HPARAMS_FILE.inText());
  }

  /** Without a configuration tensors can be listed and written, but no model be made of them. */
  @Override
  public void requireCarriable() {
    ModelSource.super.requireCarriable();
    if (withoutConfig.isPresent()) {
      throw withoutConfig.get();
    }
  }

  private YamlDocument hparams(Path path) {
    try (var file = new FileSource(path, path.toString())) {
      YamlDocument document = YamlDocument.parse(file, guard);
      var resolved = document.resolved(document.isMap("cfg") ? List.of("cfg") : List.of());
      notes.addAll(resolved.notes());
      return resolved.document();
    }
  }

  private void requireOneConfiguration() {
    var settings = new RankSettings(name, config, guard);
    if (options.hparamsFile().isPresent()) {
      settings.compare(first(), notes);
    } else {
      settings.requireAlike(files, notes);
    }
  }

  @Override
  public String format() {
    return LightningFormat.ID;
  }

  @Override
  public boolean holdsOthers() {
    return true;
  }

  @Override
  public String name() {
    return name;
  }

  /** The name of the chosen step's folder, or of its files without their suffix. */
  public String stepName() {
    return step.distributed() ? step.name() : Steps.stem(step.name());
  }

  AdapterRegistry registry() {
    return registry;
  }

  Map<RankCoordinate, TrainingFile> files() {
    return files;
  }

  @Override
  public Grid grid() {
    return grid;
  }

  @Override
  public Guard guard() {
    return guard;
  }

  @Override
  public YamlDocument config() {
    return config;
  }

  @Override
  public SourceFiles sourceFiles() {
    SourceFiles read =
        step.distributed() ? arrays.sourceFiles() : new TrainingRanks(this).sourceFiles();
    var unwrapped = Wrappers.of(options.optimizer() ? read : read.withoutCompanions());
    notes.addAll(unwrapped.notes());
    return step.distributed() || !options.optimizer()
        ? unwrapped.files()
        : new TrainingRanks(this).withOptimizers(unwrapped.files());
  }

  @Override
  public long leftState() {
    return options.optimizer()
        ? 0
        : step.distributed()
            ? arrays.sourceFiles().stateBytes()
            : files.values().stream().mapToLong(TrainingFile::stateBytes).sum();
  }

  @Override
  public List<Member> contents() {
    if (members != null) {
      return members.outline();
    }
    return files.entrySet().stream()
        .map(file -> new Member(file.getValue().member(), sources.get(file.getKey()).size()))
        .toList();
  }

  @Override
  public Map<String, TorchFile> torchFiles() {
    if (step.distributed()) {
      return arrays.torchFiles();
    }
    var named = new LinkedHashMap<String, TorchFile>();
    files.values().forEach(file -> named.put(file.member(), file.torch()));
    return named;
  }

  @Override
  public Collection<FileSource> opened() {
    return members != null ? members.opened() : sources.values();
  }

  @Override
  public Optional<TrainingState> training() {
    return options.optimizer()
        ? new LightningTraining(first(), step.name(), config, guard).state()
        : Optional.empty();
  }

  @Override
  public long fileBytes() {
    return members != null
        ? members.fileBytes()
        : sources.values().stream().mapToLong(FileSource::size).sum();
  }

  @Override
  public List<String> notes() {
    return notes.stream().distinct().toList();
  }

  @Override
  public void close() {
    sources.values().forEach(FileSource::close);
    if (members != null) {
      members.close();
    }
  }
}
