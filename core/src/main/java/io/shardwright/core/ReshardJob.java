package io.shardwright.core;

import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.convert.ConfigExport;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.execute.Executor;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.Origin;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.plan.ConfigChange;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlainPlan;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.publish.SideFile;
import io.shardwright.core.internal.publish.Staging;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.error.CheckpointIoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One request on its way: open, describe, plan, execute, verify, publish. */
final class ReshardJob implements AutoCloseable {
  private final ReshardRequest request;
  private final AdapterRegistry registry;
  private final ModelSource source;
  private final Adoption adoption;
  private final Lora lora;
  private final ExecutablePlan plan;
  private final CheckpointTarget layout;

  private ReshardJob(
      ReshardRequest request,
      AdapterRegistry registry,
      ModelSource source,
      Adoption adoption,
      Lora lora,
      ExecutablePlan plan,
      CheckpointTarget layout) {
    this.request = request;
    this.registry = registry;
    this.source = source;
    this.adoption = adoption;
    this.lora = lora;
    this.plan = plan;
    this.layout = layout;
  }

  static ReshardJob open(ReshardRequest request, AdapterRegistry all) {
    AdapterRegistry registry = request.family().map(all::choosing).orElse(all);
    Path target = request.target().toAbsolutePath().normalize();
    Staging.refuseExisting(target, request.overwrite());
    if (request.manifest()) {
      Staging.refuseExisting(request.manifestPath(), request.overwrite());
    }
    boolean toTraining = format(request) == TargetFormat.LIGHTNING;
    ModelSource source =
        new Sources(registry)
            .open(request.source(), spoolFolder(target), request.training(), toTraining);
    Adoption adoption = Adoption.none();
    Lora lora = Lora.none();
    try {
      lora = Lora.of(request, source, spoolFolder(target));
      Claims.requireTraining(toTraining, source);
      Claims.require(request, source);
      source.requireCarriable();
      if (format(request) == TargetFormat.SAFETENSORS) {
        return plain(request, source, adoption, registry);
      }
      ModelFamilyAdapter family = Families.require(source, registry);
      if (adopts(request, source)) {
        adoption = Adoption.of(source, family, request.training());
      }
      var kind = new TargetKind(request, source, adoption, registry);
      ExecutablePlan plan = plan(request, source, family, adoption, lora, kind);
      return new ReshardJob(request, registry, source, adoption, lora, plan, kind.layOut(plan));
    } catch (RuntimeException refusal) {
      lora.close();
      adoption.close();
      source.close();
      throw refusal;
    }
  }

  private static boolean adopts(ReshardRequest request, ModelSource source) {
    TargetFormat format = format(request);
    return format == TargetFormat.NEMO
        || format == TargetFormat.HUGGING_FACE && !(source instanceof NemoCheckpoint);
  }

  /** Nothing is described, nothing merged: every stored tensor is written as it is. */
  private static ReshardJob plain(
      ReshardRequest request, ModelSource source, Adoption adoption, AdapterRegistry registry) {
    var plan =
        PlainPlan.of(
            source.name(),
            new UnclaimedAdapter(),
            source.config(),
            source.size(),
            source.sourceFiles());
    var kind = new TargetKind(request, source, adoption, registry);
    return new ReshardJob(
        request, registry, source, adoption, Lora.none(), plan, kind.layOut(plan));
  }

  private List<String> notes() {
    var notes = new ArrayList<>(source.notes());
    notes.addAll(lora.notes(plan.merges().size()));
    if (format(request) == TargetFormat.SAFETENSORS && plan.files().size() > 1) {
      notes.add(
          "the weights are cut for "
              + plan.files().size()
              + " ranks: there is a file for each, and nothing was merged");
    }
    return notes;
  }

  /** What is asked for, else what the target's name says, else what the source is. */
  static TargetFormat format(ReshardRequest request) {
    boolean training =
        !request.target().toString().endsWith(".nemo")
            && LightningCheckpoint.recognizes(request.source());
    return request.format().orElse(training ? TargetFormat.LIGHTNING : TargetFormat.NEMO);
  }

  /** Beside the target if its folder is there already, so that no foreign disk fills up. */
  private static Path spoolFolder(Path target) {
    Path folder = target.getParent();
    return folder != null && java.nio.file.Files.isDirectory(folder)
        ? folder
        : Path.of("").toAbsolutePath();
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
            source.sourceFiles(),
            Families.names(source),
            request.replicateUnmatched());
    TargetChoice choice = Choices.of(request, model, kind.sourceModel(), Origin.of(source));
    choice
        .community()
        .ifPresent(wanted -> ConfigExport.require(source.config(), wanted, source.name()));
    Choices.refuseLoss(request, model);
    OptionalLong tokenizer =
        adoption.attachments().stream()
            .map(attachment -> TokenizerSize.of(attachment.bytes()))
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

  ReshardPlan plan() {
    return new PlanView(request, plan, layout).plan(source.name(), changes(), notes());
  }

  private List<String> changes() {
    boolean nemo = format(request) != TargetFormat.HUGGING_FACE;
    return nemo ? plan.changes().stream().map(ConfigChange::toString).toList() : List.of();
  }

  /**
   * Runs the plan.
   *
   * @param natives folders where jars with PyTorch's native library may be
   */
  Report run(ProgressListener listener, List<Path> natives) {
    long started = System.nanoTime();
    var conditions = Resources.conditions(request.run(), natives);
    try (var staging = Staging.create(request.target(), layout.files(), request.overwrite())) {
      var copied = new PhaseProgress(listener, ProgressListener.Phase.COPY, plan.logicalBytes());
      Written written = Executor.run(plan, layout, staging, copied, conditions);
      source.requireUnchanged();
      lora.requireUnchanged();
      staging.seal(request.sync());
      if (request.verify()) {
        var verified =
            new PhaseProgress(listener, ProgressListener.Phase.VERIFY, layout.verifiedBytes());
        verify(staging.path(), written, verified, conditions.workers());
      }
      Optional<Manifest> manifest = manifest(staging.path(), listener);
      publish(staging, manifest);
      var losses = written.losses();
      return new Report(
          request.target(),
          written.bytesRead(),
          layout.size(),
          plan.targets().count(),
          request.verify(),
          losses.overflowed(),
          losses.underflowed(),
          losses.inexact(),
          request.run().device(),
          Duration.ofNanos(System.nanoTime() - started),
          changes(),
          manifest,
          notes());
    }
  }

  /** Read from what was written; tensors that were only copied, from where they were copied. */
  private Optional<Manifest> manifest(Path staged, ProgressListener listener) {
    if (!request.manifest()) {
      return Optional.empty();
    }
    boolean copied = format(request) == TargetFormat.SAFETENSORS;
    try (var read = OpenCheckpoint.open(copied ? request.source() : staged, registry)) {
      var reading =
          copied
              ? ModelReading.stored(read, request.run(), listener)
              : ModelReading.canonical(read, request.run(), listener);
      return Optional.of(reading.manifest());
    }
  }

  private void publish(Staging staging, Optional<Manifest> manifest) {
    if (manifest.isEmpty()) {
      staging.publish(request.sync());
      return;
    }
    try (var file = SideFile.stage(request.manifestPath(), manifest.get().toJson())) {
      staging.publish(request.sync());
      file.publish(request.overwrite(), request.sync());
    }
  }

  private void verify(Path staged, Written written, PhaseProgress progress, Workers workers) {
    try {
      layout.verify(staged, written, progress, workers);
    } catch (CheckpointIoException difference) {
      written.requireSourceIntact();
      throw difference;
    }
  }

  @Override
  public void close() {
    lora.close();
    adoption.close();
    source.close();
  }
}
