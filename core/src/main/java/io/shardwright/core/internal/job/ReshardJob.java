package io.shardwright.core.internal.job;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.internal.bytes.FreeSpace;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.execute.Footprint;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.open.Families;
import io.shardwright.core.internal.open.MissingArtifacts;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.ModuleStates;
import io.shardwright.core.internal.plan.Outlines;
import io.shardwright.core.internal.plan.PlainPlan;
import io.shardwright.core.internal.plan.PlanText;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.publish.FreeName;
import io.shardwright.core.internal.publish.Overlap;
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
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
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
  }

  /**
   * Opens and plans.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it can't be done
   */
  public static ReshardJob open(ReshardRequest request, Sources sources) {
    refuseTarget(request, request.target().toAbsolutePath().normalize(), sources.given());
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
    var notes = new ArrayList<>(source.notes());
    var adoption = resolved.adoption();
    notes.addAll(MissingArtifacts.notes(source, adoption.changes(), adoption.attachments()));
    unreadable(plan.source().files())
        .forEach(left -> notes.add(left.file() + ": " + left + ", and was left out"));
    notes.addAll(resolved.lora().notes(plan.merges().size()));
    notes.addAll(Dequantization.of(plan).planned());
    notes.addAll(Pairs.notes(request, plan));
    notes.addAll(ModuleStates.notes(plan));
    notes.addAll(replicated());
    notes.addAll(Guesses.notes(request, plan.source()));
    notes.addAll(layout.notes());
    if (resolved.keeps(Keeps.STORED)) {
      notes.addAll(storedNotes());
    }
    if (copies()) {
      notes.add(
          "nothing to change: the target is a copy with the source's sizes, naming, layout and"
              + " types");
    }
    return notes;
  }

  private List<String> replicated() {
    List<String> names = request.replicateUnmatched() ? plan.source().replicated() : List.of();
    return names.isEmpty()
        ? List.of()
        : List.of(
            "no rule of family '"
                + plan.source().family().id()
                + "' matches '"
                + String.join("', '", names)
                + "': copied to every rank, which is wrong for a tensor that is to be cut");
  }

  /** What becomes of ranks, and of what is no tensor, where tensors are written as they are. */
  private List<String> storedNotes() {
    var notes = new ArrayList<String>();
    if (plan.files().size() > 1) {
      notes.add(
          "the weights are cut for "
              + plan.files().size()
              + " ranks: "
              + (layout.files().size() < plan.files().size()
                  ? "each tensor's name begins with its rank's, and nothing was merged"
                  : "there is a file for each, and nothing was merged"));
    }
    boolean more = source.configured() || !source.attachments().isEmpty();
    if (more && !resolved.keeps(Keeps.CONFIG)) {
      notes.add("the target holds tensors alone: configuration and other files are left out");
    }
    return notes;
  }

  private boolean copies() {
    return resolved.kind().copies(request, source)
        && resolved.adoption().attachments().isEmpty()
        && plan.copies();
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
    var model = Families.withFlat(source, described);
    TargetChoice choice = Choices.of(resolved, model);
    choice
        .huggingFace()
        .ifPresent(
            wanted -> Choices.requireExpressible(resolved.kind(), source.config(), model, wanted));
    Choices.refuseTypes(request, model);
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
    return resolved.adoption().attachments().stream()
        .map(attachment -> TokenizerSize.of(attachment.bytes(), source.guard()))
        .filter(OptionalLong::isPresent)
        .findFirst()
        .orElseGet(source::tokenizerSize);
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

  /**
   * Runs the plan.
   *
   * @param natives folders where jars with PyTorch's native library may be
   */
  public Report run(ProgressListener listener, List<Path> natives) {
    var conditions = Resources.conditions(request.run(), natives);
    return new ReshardRun(resolved, plan, layout, conditions, listener).run(changes(), notes());
  }

  @Override
  public void close() {
    resolved.close();
  }
}
