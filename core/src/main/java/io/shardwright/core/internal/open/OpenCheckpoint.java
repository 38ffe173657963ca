package io.shardwright.core.internal.open;

import io.shardwright.core.Artifact;
import io.shardwright.core.Checkpoint;
import io.shardwright.core.CheckpointSummary;
import io.shardwright.core.PickleImport;
import io.shardwright.core.RunOptions;
import io.shardwright.core.StoredTensor;
import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.plan.CanonicalModel;
import io.shardwright.core.internal.plan.CanonicalTensor;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.outline.CheckpointOutline;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** A checkpoint that is open for inspection. A family that does not fit is a note, not an error. */
public final class OpenCheckpoint implements Checkpoint {
  private static final Set<ErrorCode.Kind> MISFIT =
      Set.of(ErrorCode.Kind.INPUT, ErrorCode.Kind.PLAN);

  private static final Set<ErrorCode> ODD =
      Set.of(ErrorCode.CONFIG_CONTRADICTED, ErrorCode.CONFIG_VALUE);
  private static final Set<ErrorCode> CONTRADICTED =
      Set.of(
          ErrorCode.CONFIG_CONTRADICTED,
          ErrorCode.CONFIG_VALUE,
          ErrorCode.SOURCES_DISAGREE,
          ErrorCode.TENSOR_MISSING);

  private final Path path;
  private final ModelSource source;
  private final SourceFiles files;
  private final List<Stored> others;
  private final Optional<ModelDescription> model;
  private final List<String> notes = new ArrayList<>();
  private Optional<CheckpointException> misfit = Optional.empty();

  private OpenCheckpoint(Path path, ModelSource source, AdapterRegistry registry) {
    this.path = path;
    this.source = source;
    this.files = read();
    this.others = source.dangerous().isEmpty() ? OtherTensors.of(source, files) : List.of();
    this.model = family(registry).flatMap(family -> describe(family, files));
    notes.addAll(source.notes());
    source.unknown().ifPresent(why -> notes.add(why.message(Remedy::inText)));
    notes.addAll(MissingArtifacts.notes(source));
  }

  /** Opens whatever holds tensors. */
  public static OpenCheckpoint open(Path path, Sources sources) {
    var place = new Place(path);
    try {
      return open(
          path, sources, state -> sources.look(place, spool(), TrainingOptions.NEWEST, state));
    } catch (MalformedCheckpointException odd) {
      if (!ODD.contains(odd.code())) {
        throw odd;
      }
      var loose = of(path, sources.loose(place, odd), sources);
      loose.misfit = Optional.of(odd);
      return loose;
    }
  }

  /**
   * Opens a model: its tensors have a family's names.
   *
   * @throws CheckpointException if no family claims it, or the one that does does not fit
   */
  public static OpenCheckpoint openModel(Path path, Sources sources) {
    var place = new Place(path);
    var opened =
        open(path, sources, state -> sources.open(place, spool(), TrainingOptions.NEWEST, state));
    try {
      opened.requireModel(sources.registry());
      return opened;
    } catch (RuntimeException refusal) {
      opened.close();
      throw refusal;
    }
  }

  private static OpenCheckpoint open(
      Path path, Sources sources, Function<Boolean, ModelSource> opening) {
    try {
      return of(path, opening.apply(true), sources);
    } catch (UnsupportedCheckpointException optimizer) {
      var without = of(path, opening.apply(false), sources);
      without.notes.add(optimizer.message(Remedy::inText));
      return without;
    }
  }

  private static OpenCheckpoint of(Path path, ModelSource source, Sources sources) {
    try {
      return new OpenCheckpoint(path, source, sources.registry());
    } catch (RuntimeException refusal) {
      source.close();
      throw refusal;
    }
  }

  private static Path spool() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private void requireModel(AdapterRegistry registry) {
    source.refuseDangerous();
    if (misfit.isPresent()) {
      throw Families.unfit(source, registry, misfit.get());
    }
    Families.require(source, registry);
  }

  /** A configuration that names a class and is odd is one of that class all the same. */
  private Optional<ModelFamilyAdapter> family(AdapterRegistry registry) {
    try {
      return Families.of(source, () -> files, registry);
    } catch (MalformedCheckpointException odd) {
      misfit = source.config().text("target").map(target -> odd);
      notes.add("no family claims it: " + odd.message(Remedy::inText));
      return Optional.empty();
    }
  }

  /**
   * Refuses a checkpoint that is not whole, that holds two sources of one fact that disagree, or
   * whose configuration contradicts its tensors, although it has the names of a family. One of
   * other names is of no family that is known here.
   *
   * @throws CheckpointException with what contradicts what
   */
  public void requireConsistent() {
    misfit
        .filter(refusal -> CONTRADICTED.contains(refusal.code()))
        .ifPresent(
            refusal -> {
              throw refusal;
            });
    source.requireConsistent();
  }

  private SourceFiles read() {
    source.readHeaders(Resources.workers(RunOptions.DEFAULT));
    var dangerous = source.dangerous();
    if (!dangerous.isEmpty()) {
      notes.add(
          "its pickle calls "
              + String.join(", ", dangerous)
              + ", which no weight file needs: do not load this file with other tools");
      return SourceFiles.ofRanks(List.of());
    }
    return source.sourceFiles();
  }

  private Optional<ModelDescription> describe(ModelFamilyAdapter family, SourceFiles from) {
    from.unreadable().stream()
        .findFirst()
        .ifPresent(tensor -> notes.add("no family was searched: " + tensor));
    if (from.tensors().isEmpty() || !from.unreadable().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          Families.withFlatOr(notes, source, Families.describe(source, family, from)));
    } catch (CheckpointException refusal) {
      if (!MISFIT.contains(refusal.code().kind()) || refusal.code() == ErrorCode.RANKS_DISAGREE) {
        throw refusal;
      }
      misfit = Optional.of(refusal);
      notes.add(
          "its target names family '"
              + family.id()
              + "', which does not fit: "
              + refusal.message(Remedy::inText));
      boolean otherSet = refusal.code() == ErrorCode.SOURCES_DISAGREE && !from.again().isEmpty();
      return otherSet ? describe(family, from.firstSet()) : Optional.empty();
    }
  }

  public ModelSource source() {
    return source;
  }

  /** Tensors that are no parameters. */
  public List<Stored> others() {
    return others;
  }

  public SourceFiles files() {
    return files;
  }

  public Optional<ModelDescription> model() {
    return model;
  }

  /** The tensors as the model means them; as they are stored where no family is known. */
  public List<CanonicalTensor> canonical() {
    return model
        .map(described -> CanonicalModel.of(described, vocabulary()))
        .orElseGet(this::stored);
  }

  /** What is known of the true vocabulary size. */
  public VocabularySize vocabulary() {
    return new VocabularySize(
        OptionalLong.empty(),
        source.vocabularySize(),
        source.tokenizerSize(),
        OptionalLong.empty());
  }

  /** The second of a tied pair, whether it is stored or not; empty where there is no such pair. */
  public Optional<CanonicalTensor> second() {
    return model.flatMap(described -> CanonicalModel.second(described, vocabulary()));
  }

  /** Whether the second of a tied pair is stored too. */
  public boolean storesSecond() {
    return model.filter(known -> !CanonicalModel.storedSecond(known).isEmpty()).isPresent();
  }

  /** The tensors as they are stored, those of several rank files under the ranks' names. */
  public List<CanonicalTensor> stored() {
    return new HeldTensors(files).whole();
  }

  @Override
  public CheckpointSummary summary() {
    var stored = tensors();
    return new CheckpointSummary(
        path,
        source.format(),
        model.map(described -> described.family().id()),
        source.config().text("target"),
        source.config().text("nemo_version"),
        model.map(ModelDescription::grid).orElseGet(source::grid),
        model.map(described -> described.naming()),
        model.map(
            described ->
                described.files().distributed() ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS),
        HeldTensors.counts(model, stored),
        stored.size(),
        stored.stream().mapToLong(tensor -> tensor.spec().byteSize()).sum(),
        source.fileBytes(),
        source.attachments().stream().map(a -> new Artifact(a.name(), a.bytes().size())).toList(),
        files.unlisted(),
        List.copyOf(notes));
  }

  @Override
  public CheckpointOutline outline() {
    return new CheckpointOutlines(this, source).outline();
  }

  @Override
  public Map<String, String> configuration() {
    return source.config().leaves();
  }

  @Override
  public List<StoredTensor> tensors() {
    var stored = new ArrayList<>(new HeldTensors(files).listed());
    others.forEach(o -> stored.add(HeldTensors.listed(o.member(), Optional.empty(), o.tensor())));
    return stored;
  }

  @Override
  public List<PickleImport> pickleImports() {
    return PickleImports.of(source);
  }

  @Override
  public void close() {
    source.close();
  }
}
