package io.shardwright.core.internal.job;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.Origin;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.MissingArtifacts;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.open.Vocabularies;
import io.shardwright.core.internal.plan.ConfigChange;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.ModuleStates;
import io.shardwright.core.internal.plan.PlainPlan;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.publish.Overlap;
import io.shardwright.core.internal.publish.TargetName;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** One request on its way: open, describe, plan, execute, verify, publish. */
public final class ReshardJob implements AutoCloseable {
  private static final int NAMED = 5;

  private final ReshardRequest request;
  private final Sources sources;
  private final ModelSource source;
  private final Adoption adoption;
  private final Lora lora;
  private final ExecutablePlan plan;
  private final CheckpointTarget layout;

  private ReshardJob(
      ReshardRequest request,
      Sources sources,
      ModelSource source,
      Adoption adoption,
      Lora lora,
      ExecutablePlan plan,
      CheckpointTarget layout) {
    this.request = request;
    this.sources = sources;
    this.source = source;
    this.adoption = adoption;
    this.lora = lora;
    this.plan = plan;
    this.layout = layout;
  }

  public static ReshardJob open(ReshardRequest request, Sources all) {
    Sources sources = request.family().map(all::choosing).orElse(all);
    AdapterRegistry registry = sources.registry();
    Path target = request.target().toAbsolutePath().normalize();
    refuseTarget(request, target, sources.given());
    boolean toTraining = Choices.format(request) == TargetFormat.LIGHTNING;
    ModelSource source = source(request, sources, spoolFolder(target));
    Adoption adoption = Adoption.none();
    Lora lora = Lora.none();
    try {
      lora = Lora.of(request, source, sources, spoolFolder(target));
      Claims.requireTraining(toTraining, source);
      Claims.require(request, source);
      Claims.requirePlaceForTokenizer(request, source);
      OutOfPlace.refuse(request, source);
      source.readHeaders(Resources.workers(request.run()));
      if (Choices.format(request) == TargetFormat.SAFETENSORS) {
        source.refuseDangerous();
        return plain(request, source, adoption, sources).apart();
      }
      source.requireCarriable();
      ModelFamilyAdapter family = Families.require(source, registry);
      if (adopts(request)) {
        adoption = Adoption.of(source, family, request.training());
      }
      var kind = new TargetKind(request, source, adoption, registry);
      ExecutablePlan plan = plan(request, source, family, adoption, lora, kind);
      return new ReshardJob(request, sources, source, adoption, lora, plan, kind.layOut(plan))
          .apart();
    } catch (RuntimeException refusal) {
      lora.close();
      adoption.close();
      source.close();
      throw refusal;
    }
  }

  private static ModelSource source(ReshardRequest request, Sources sources, Path spoolFolder) {
    TargetFormat format = Choices.format(request);
    return format == TargetFormat.SAFETENSORS
        ? sources.look(request.source(), spoolFolder, request.training(), false)
        : sources.open(
            request.source(), spoolFolder, request.training(), format == TargetFormat.LIGHTNING);
  }

  private static boolean adopts(ReshardRequest request) {
    TargetFormat format = Choices.format(request);
    return format == TargetFormat.NEMO || format == TargetFormat.HUGGING_FACE;
  }

  private static void refuseTarget(ReshardRequest request, Path target, List<Path> adapters) {
    boolean resumes = request.run().resume();
    TargetName.refuseExisting(target, request.overwrite() || resumes);
    if (request.manifest()) {
      boolean finished = resumes && Files.exists(target);
      TargetName.refuseExisting(request.manifestPath(), request.overwrite() || finished);
    }
    Overlap.refuse(request.source(), target);
    request.lora().ifPresent(adapter -> Overlap.refuse(adapter, target));
    for (Path written : written(request)) {
      request.inputs().forEach(input -> Overlap.refuseFile(input, written));
      adapters.forEach(adapter -> Overlap.refuseFile(adapter, written));
    }
    TargetName.requireFolder(request.target(), request.run().mkdirs());
  }

  private static List<Path> written(ReshardRequest request) {
    Path manifest = request.manifestPath().toAbsolutePath().normalize();
    Path target = request.target().toAbsolutePath().normalize();
    return request.manifest() ? List.of(target, manifest) : List.of(target);
  }

  /** With no file open that the run would replace or remove. */
  private ReshardJob apart() {
    written(request).forEach(written -> Overlap.refuseFiles(opened(), written));
    return this;
  }

  private List<FileSource> opened() {
    var opened = new ArrayList<>(source.opened());
    opened.addAll(lora.opened());
    opened.addAll(adoption.opened());
    return opened;
  }

  /** Nothing is described, nothing merged: every stored tensor is written as it is. */
  private static ReshardJob plain(
      ReshardRequest request, ModelSource source, Adoption adoption, Sources sources) {
    var plan =
        PlainPlan.of(
            source.name(),
            new UnclaimedAdapter(),
            source.config(),
            source.size(),
            files(source, request, source.sourceFiles()));
    var kind = new TargetKind(request, source, adoption, sources.registry());
    return new ReshardJob(request, sources, source, adoption, Lora.none(), plan, kind.layOut(plan));
  }

  /** What is read, if everything is or the rest may be left out. */
  private static SourceFiles files(ModelSource source, ReshardRequest request, SourceFiles files) {
    var unreadable = unreadable(request, files);
    if (!unreadable.isEmpty() && !request.skipUnreadable()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          few(unreadable) + ", which is not read: --skip-unreadable leaves it out");
    }
    return files;
  }

  private static String few(List<UnreadableTensor> tensors) {
    int more = tensors.size() - NAMED;
    return tensors.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more are such" : "");
  }

  /** A pickle's objects are carried by other pickles, and by no safetensors file. */
  private static List<UnreadableTensor> unreadable(ReshardRequest request, SourceFiles files) {
    boolean plain = Choices.format(request) == TargetFormat.SAFETENSORS;
    return plain ? files.unlisted() : files.unreadable();
  }

  private List<String> notes() {
    var notes = new ArrayList<>(source.notes());
    notes.addAll(MissingArtifacts.notes(source, adoption.changes(), adoption.attachments()));
    unreadable(request, plan.source().files())
        .forEach(left -> notes.add(left.file() + ": " + left + ", and was left out"));
    notes.addAll(lora.notes(plan.merges().size()));
    notes.addAll(Pairs.notes(request, plan));
    notes.addAll(ModuleStates.notes(plan));
    notes.addAll(Replicated.notes(request, plan));
    if (Choices.format(request) == TargetFormat.SAFETENSORS && plan.files().size() > 1) {
      notes.add(
          "the weights are cut for "
              + plan.files().size()
              + " ranks: there is a file for each, and nothing was merged");
    }
    if (copies()) {
      notes.add(
          "nothing to change: the target is a copy with the source's sizes, naming, layout and"
              + " types");
    }
    return notes;
  }

  private boolean copies() {
    boolean same =
        switch (Choices.format(request)) {
          case NEMO -> source instanceof NemoCheckpoint;
          case LIGHTNING -> source instanceof LightningCheckpoint && request.training().optimizer();
          case HUGGING_FACE, SAFETENSORS -> false;
        };
    return same && adoption.attachments().isEmpty() && plan.copies();
  }

  /** Beside the target if its folder is there already, so that no foreign disk fills up. */
  private static Path spoolFolder(Path target) {
    Path folder = target.getParent();
    return folder != null && Files.isDirectory(folder) ? folder : Path.of("").toAbsolutePath();
  }

  private static ExecutablePlan plan(
      ReshardRequest request,
      ModelSource source,
      ModelFamilyAdapter family,
      Adoption adoption,
      Lora lora,
      TargetKind kind) {
    var model =
        Describer.describe(
            source.name(),
            family,
            source.config(),
            source.size(),
            files(source, request, source.sourceFiles()),
            Families.names(source),
            new Describer.Wishes(request.replicateUnmatched(), request.untie()));
    TargetChoice choice = Choices.of(request, model, kind.sourceModel(), Origin.of(source));
    choice
        .huggingFace()
        .ifPresent(wanted -> Choices.requireExpressible(source.config(), model, wanted));
    Choices.refuseTypes(request, model);
    Pairs.refuse(request, model);
    OptionalLong tokenizer =
        adoption.attachments().stream()
            .map(attachment -> TokenizerSize.of(attachment.bytes(), source.guard()))
            .filter(OptionalLong::isPresent)
            .findFirst()
            .orElseGet(source::tokenizerSize);
    return Planner.plan(
        model,
        choice,
        lora.with(adoption.changes(), source.config()),
        new VocabularySize(request.vocabSize(), Vocabularies.original(source), tokenizer),
        kind.names(choice.size()),
        lora.change(model, kind));
  }

  public ReshardPlan plan() {
    return new PlanView(request, plan, layout).plan(source.name(), changes(), notes());
  }

  private List<String> changes() {
    boolean nemo = Choices.format(request) != TargetFormat.HUGGING_FACE;
    return nemo ? plan.changes().stream().map(ConfigChange::toString).toList() : List.of();
  }

  /**
   * Runs the plan.
   *
   * @param natives folders where jars with PyTorch's native library may be
   */
  public Report run(ProgressListener listener, List<Path> natives) {
    var conditions = Resources.conditions(request.run(), natives);
    return new ReshardRun(request, sources, this::opened, plan, layout, conditions, listener)
        .run(changes(), notes());
  }

  @Override
  public void close() {
    lora.close();
    adoption.close();
    source.close();
  }
}
