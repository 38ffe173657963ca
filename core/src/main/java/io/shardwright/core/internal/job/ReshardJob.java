package io.shardwright.core.internal.job;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.RunOptions.Part;
import io.shardwright.core.internal.bytes.FreeSpace;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.execute.Footprint;
import io.shardwright.core.internal.execute.Sums;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.plan.DataRanks;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Outlines;
import io.shardwright.core.internal.plan.PlainPlan;
import io.shardwright.core.internal.plan.PlanText;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.StoredMasters;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.publish.FreeName;
import io.shardwright.core.internal.publish.Overlap;
import io.shardwright.core.internal.publish.PartsFolder;
import io.shardwright.core.internal.save.PartRecord;
import io.shardwright.core.internal.save.PlanDocument;
import io.shardwright.core.outline.ConfigEdit;
import io.shardwright.core.outline.Needs;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The processing of one request: open, describe, plan, execute, verify, publish. */
public final class ReshardJob implements AutoCloseable {
  private static final int NAMED = 5;

  private final Resolved resolved;
  private final ReshardRequest request;
  private final ModelSource source;
  private final ExecutablePlan plan;
  private final CheckpointTarget layout;

  private ReshardJob(Resolved resolved) {
    this.resolved = resolved;
    this.request = resolved.request();
    this.source = resolved.source();
    this.plan = resolved.family().map(this::plan).orElseGet(this::asStored);
    this.layout = resolved.kind().layOut(request, source, attachments(), plan);
    written(request).forEach(written -> Overlap.refuseFiles(resolved.opened(), written));
    request
        .run()
        .saved()
        .ifPresent(saved -> new PlanDocument(saved, "the saved plan").require(document()));
  }

  /**
   * Opens and plans.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it can't be done
   */
  public static ReshardJob open(ReshardRequest request, Sources sources) {
    refuseTarget(request, request.target().toAbsolutePath().normalize(), sources.given().paths());
    var resolved = Resolved.of(request, sources);
    try {
      return new ReshardJob(resolved);
    } catch (RuntimeException refusal) {
      resolved.close();
      throw refusal;
    }
  }

  private static void refuseTarget(ReshardRequest request, Path target, List<Path> adapters) {
    boolean resumes = request.run().resume();
    FreeName.refuseExisting(target, request.overwrite() || resumes);
    if (request.manifest()) {
      boolean finished = resumes && Files.exists(target);
      FreeName.refuseExisting(request.manifestPath(), request.overwrite() || finished);
    }
    Overlap.refuse(request.source(), target);
    request.lora().ifPresent(adapter -> Overlap.refuse(adapter, target));
    for (Path written : written(request)) {
      request.inputs().forEach(input -> Overlap.refuseFile(input, written));
      adapters.forEach(adapter -> Overlap.refuseFile(adapter, written));
    }
    FreeName.requireFolder(request.target(), request.run().mkdirs());
  }

  private static List<Path> written(ReshardRequest request) {
    Path manifest = request.manifestPath().toAbsolutePath().normalize();
    Path target = request.target().toAbsolutePath().normalize();
    return request.manifest() ? List.of(target, manifest) : List.of(target);
  }

  private List<Attachment> attachments() {
    Adoption adoption = resolved.adoption();
    var kept = source.attachments().stream().filter(own -> !adoption.replaces(own.name()));
    return Stream.concat(kept, adoption.attachments().stream()).toList();
  }

  /** Nothing is described, nothing merged: every stored tensor is written as it is. */
  private ExecutablePlan asStored() {
    return PlainPlan.of(
        source.name(), source.config(), source.grid(), files(), resolved.kind()::holds);
  }

  /** What is read, if everything is or the rest may be left out. */
  private SourceFiles files() {
    SourceFiles files = source.sourceFiles();
    var unreadable = unreadable(files);
    if (!unreadable.isEmpty() && !request.skipUnreadable()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          few(unreadable)
              + ": "
              + Setting.SKIP_UNREADABLE.inText()
              + " leaves out what can't be read or written");
    }
    return Dequantization.chosen(resolved, files);
  }

  private static String few(List<UnreadableTensor> tensors) {
    int more = tensors.size() - NAMED;
    return tensors.stream().limit(NAMED).map(Object::toString).collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more are such" : "");
  }

  /** A pickle's objects are carried by other pickles, and by no other file. */
  private List<UnreadableTensor> unreadable(SourceFiles files) {
    return resolved.keeps(Keeps.STORED)
        ? PlainPlan.leftOut(files, resolved.kind()::holds, resolved.format().id())
        : files.unreadable();
  }

  private List<String> notes() {
    return new PlanNotes(resolved, plan, layout).all(unreadable(plan.source().files()));
  }

  private ExecutablePlan plan(ModelFamilyAdapter family) {
    var described =
        Describer.describe(
            source.name(),
            family,
            source.config(),
            source.grid(),
            files().withoutFlat(),
            Families.names(source),
            new Describer.Wishes(request.replicateUnmatched(), request.untie()));
    var stored = StoredMasters.require(Families.withFlat(source, described));
    var model = OwnMasters.wanted(resolved, stored);
    TargetChoice choice = Choices.of(resolved, model);
    choice
        .huggingFace()
        .ifPresent(
            wanted -> Choices.requireExpressible(resolved.kind(), source.config(), model, wanted));
    Choices.refuseTypes(request, model);
    OwnMasters.refuse(resolved, model);
    if (choice.flat().isPresent()) {
      request
          .gridOptions()
          .dataParallel()
          .ifPresent(ranks -> DataRanks.require(model, choice.grid(), ranks));
    }
    Guesses.refuse(request, model, choice);
    Pairs.refuse(request, model);
    return Planner.plan(
        model,
        choice,
        resolved.lora().with(resolved.adoption().changes(), source.config()),
        new VocabularySize(
            request.vocabSize(),
            source.vocabularySize(),
            tokenizerSize(),
            Choices.divisor(resolved)),
        resolved.kind().names(request, source, choice.grid()),
        resolved.lora().change(model, resolved));
  }

  private OptionalLong tokenizerSize() {
    var given = resolved.adoption().byKey();
    OptionalLong size = TokenizerSize.of(source.config(), given, source.guard());
    return size.isPresent() ? size : source.tokenizerSize();
  }

  /** What a run would do. */
  public ReshardPlan plan() {
    String target = fileName(request.target());
    var adapter = request.lora().map(ReshardJob::fileName);
    var outline = Outlines.of(plan, source.name(), target, adapter);
    return new ReshardPlan(
        request,
        PlanText.of(plan, outline, layout.size()),
        plan.sourceBytes(),
        layout.size(),
        changes(),
        notes(),
        outline,
        needs());
  }

  private static String fileName(Path path) {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  private Needs needs() {
    RunOptions run = request.run();
    var memory = Resources.memory(run.device());
    var buffers = Footprint.of(plan, run.threads(), memory, request.verify(), request.manifest());
    return new Needs(
        run.threads(),
        buffers.host(),
        buffers.device(),
        layout.size(),
        FreeSpace.at(request.target()));
  }

  private List<String> changes() {
    return resolved.keeps(Keeps.CONFIG)
        ? plan.changes().stream().map(ConfigEdit::toString).toList()
        : List.of();
  }

  /** The plan as a document that travels. */
  public PlanDocument document() {
    return PlanDocument.of(request, resolved.sources(), resolved.opened(), plan, layout);
  }

  /**
   * Runs the plan, or a part of it.
   *
   * @param natives folders where jars with PyTorch's native library may be
   */
  public Report run(ProgressListener listener, List<Path> natives) {
    var part = request.run().part();
    return part.isPresent()
        ? part(part.get(), run(natives, listener))
        : run(natives, listener).run(changes(), notes());
  }

  private ReshardRun run(List<Path> natives, ProgressListener listener) {
    var conditions = Resources.conditions(request.run(), natives);
    return new ReshardRun(resolved, plan, layout, conditions, listener);
  }

  private Report part(Part part, ReshardRun run) {
    PlanDocument own = document().in(part.of());
    var parts = PartsFolder.open(request.target(), own.packed(), layout.files(), request.sync());
    PlanDocument all = PlanDocument.read(parts.plan());
    all.require(own);
    return run.part(part, parts, new PartRecord(plan, layout, all, part.number()), notes());
  }

  /**
   * Completes a target whose parts are all written.
   *
   * @param saved the plan that they follow
   */
  public Report finish(
      PartsFolder parts, PlanDocument saved, ProgressListener listener, List<Path> natives) {
    saved.require(document().in(saved.parts()));
    IntFunction<Sums> records =
        part -> parts.read(part, new PartRecord(plan, layout, saved, part)::read);
    return run(natives, listener).finish(parts, records, saved.parts(), changes());
  }

  @Override
  public void close() {
    resolved.close();
  }
}
