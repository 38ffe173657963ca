package io.shardwright.core.internal.open;

import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.plan.FlatReading;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.OwnJar;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import io.shardwright.spi.format.TrainingState;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the family of an open checkpoint. */
public final class Families {
  private Families() {}

  public static Optional<ModelFamilyAdapter> of(
      ModelSource source, Supplier<SourceFiles> files, AdapterRegistry registry) {
    if (!source.configured()) {
      return Optional.empty();
    }
    return source.huggingFace().isPresent()
        ? source.huggingFace().map(model -> registry.familyOf(model, source.name()))
        : registry.claiming(source.config(), () -> files.get().names(), source.name());
  }

  /**
   * The family of a checkpoint that needs one.
   *
   * @throws UnrecognizedCheckpointException if none claims it, or several do
   */
  public static ModelFamilyAdapter require(ModelSource source, AdapterRegistry registry) {
    if (!source.configured()) {
      source
          .unknown()
          .ifPresent(
              why -> {
                throw why;
              });
      throw unknown(source, withoutConfiguration(source, registry));
    }
    Optional<String> target = source.config().text("target");
    return of(source, source::sourceFiles, registry)
        .orElseThrow(
            () ->
                unknown(
                    source,
                    "no family claims target '"
                        + target.orElse("(none)")
                        + "'; found "
                        + registry.ids()
                        + ": "
                        + registry.remedy(target)));
  }

  /** Why a model can't be restored by a family: it is of another one, perhaps of one not there. */
  static CheckpointException unfit(
      ModelSource source, AdapterRegistry registry, CheckpointException misfit) {
    return registry
        .lacking(source.config().text("target"))
        .<CheckpointException>map(
            jars ->
                unknown(
                    source,
                    misfit.message(Remedy::inText)
                        + "; to read another model, add "
                        + jars
                        + " to the class path"))
        .orElse(misfit);
  }

  private static String withoutConfiguration(ModelSource source, AdapterRegistry registry) {
    return source.format().equals("folder") && registry.formats().models().isEmpty()
        ? "no adapter for folders was found: add " + OwnJar.HUGGING_FACE + " to the class path"
        : "contains tensors without a model configuration, so no family can read it: use inspect,"
            + " verify, or convert "
            + Setting.FORMAT.inText("safetensors")
            + " or to a format of tensors that an adapter adds"
            + (source.sourceFiles().distributed()
                ? "; give its configuration with " + Setting.CONFIG.inText()
                : "");
  }

  private static UnrecognizedCheckpointException unknown(ModelSource source, String problem) {
    return new UnrecognizedCheckpointException(ErrorCode.FAMILY_UNKNOWN, source.name(), problem);
  }

  /** What an open checkpoint is by a family's rules. */
  public static ModelDescription describe(
      ModelSource source, ModelFamilyAdapter family, SourceFiles files) {
    return Describer.describe(
        source.name(),
        family,
        source.config(),
        source.grid(),
        files.withoutFlat(),
        names(source),
        Describer.Wishes.NONE);
  }

  /**
   * A described model with the tensors of an optimizer that lie in flat buffers.
   *
   * @throws CheckpointException if what the buffers state doesn't come out
   */
  public static ModelDescription withFlat(ModelSource source, ModelDescription model) {
    var training = source.training();
    ModelDescription said = training.map(TrainingState::settings).map(model::with).orElse(model);
    return training
        .flatMap(TrainingState::flat)
        .map(flat -> FlatReading.in(said, flat))
        .orElse(said);
  }

  /** The same; a state that can't be read is a note, and doesn't hide the weights. */
  static ModelDescription withFlatOr(
      List<String> notes, ModelSource source, ModelDescription model) {
    try {
      return withFlat(source, model);
    } catch (CheckpointException refusal) {
      notes.add(refusal.message(Remedy::inText));
      return model;
    }
  }

  /** The parameters' names where they are not the family's own. */
  public static Optional<ParameterTable> names(ModelSource source) {
    return source.huggingFace().map(HuggingFaceModel::names);
  }
}
