package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.KeyMeaning;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.StackStages;
import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.core.internal.format.Origin;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.plan.SplitRanks;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.spi.Condition;
import io.shardwright.spi.Grid;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Chooses naming, layout, grid and class of the target; options that the request does not set are
 * taken from the source.
 */
final class Choices {
  private Choices() {}

  static TargetChoice of(Resolved resolved, ModelDescription model) {
    ReshardRequest request = resolved.request();
    new SplitRanks(model, request.pipelineSplitRank()).requireMeaning();
    Optional<HuggingFaceModel> huggingFace = huggingFace(resolved, model);
    Naming naming =
        huggingFace.isPresent()
            ? Naming.HUGGING_FACE
            : request.naming().orElseGet(() -> naming(resolved, model));
    Grid grid = request.grid(model.grid());
    if (request.size(ParallelDimension.VIRTUAL_PIPELINE).isEmpty()) {
      grid = grid.virtual(parts(request, grid.pipeline()));
    }
    return new TargetChoice(
        huggingFace.isPresent() ? Grid.ONE : grid,
        huggingFace.isPresent() ? PipelineSplit.EVEN : split(request, model, grid),
        naming,
        resolved.kind().weights().or(request::layout).orElseGet(() -> layout(naming, model)),
        request.dtype(),
        huggingFace,
        resolved.kind().prefix(),
        request.pipelineSplitRank(),
        resolved.kind().interleaves(naming),
        resolved.kind().flat(request, model.settings()));
  }

  /**
   * To a multiple of what vocabulary rows are padded for each rank. A Hugging Face class has no
   * word for it, and Megatron-Bridge pads only for ranks what it makes of one.
   */
  static OptionalLong divisor(Resolved resolved) {
    OptionalLong asked = resolved.request().gridOptions().vocabDivisor();
    boolean bare =
        resolved.kind().prefix().isPresent() && resolved.source().huggingFace().isPresent();
    return asked.isEmpty() && bare ? OptionalLong.of(1) : asked;
  }

  /** Megatron-Core's where the format has those and the family too, else the source's. */
  private static Naming naming(Resolved resolved, ModelDescription model) {
    boolean own = resolved.kind().prefix().isPresent();
    if (own && model.family().namings(model.config()).contains(Naming.MCORE)) {
      return Naming.MCORE;
    }
    return resolved
        .source()
        .huggingFace()
        .map(of -> of.namings().stream().findFirst().orElse(Naming.MCORE))
        .orElse(model.naming());
  }

  /** A layout has a part for every chunk of every stage. */
  private static int parts(ReshardRequest request, int stages) {
    int parts =
        request.pipelineSplit().flatMap(PipelineSplit::layout).map(l -> l.parts().size()).orElse(1);
    return parts % stages == 0 ? parts / stages : 1;
  }

  /** The source's where its stages stay as many and can be so; what it counts as layers always. */
  private static PipelineSplit split(ReshardRequest request, ModelDescription model, Grid grid) {
    PipelineSplit own = model.stages().pipeline().split();
    boolean same = grid.pipeline() == model.grid().pipeline();
    PipelineSplit kept = grid.pipeline() == 1 ? PipelineSplit.EVEN : same ? own : own.counted();
    var stages = model.stages(model.table(), model.config(), Pipeline.of(grid, kept));
    boolean possible = stages.stacks().stream().allMatch(StackStages::possible);
    return request.pipelineSplit().orElse(possible ? kept : PipelineSplit.EVEN);
  }

  /**
   * The class to write.
   *
   * @throws UnsupportedCheckpointException if none fits the configuration
   */
  private static Optional<HuggingFaceModel> huggingFace(Resolved resolved, ModelDescription model) {
    if (!resolved.keeps(Keeps.ARCHITECTURE)) {
      return Optional.empty();
    }
    Optional<Origin> origin = Origin.of(resolved.source());
    var known = model.family().huggingFaceModels();
    Optional<String> asked = resolved.request().huggingFace().architecture();
    Optional<HuggingFaceModel> first =
        origin
            .filter(from -> asked.isEmpty())
            .flatMap(from -> resolved.kind().classOf(from.config(), known));
    if (first.isPresent()) {
      return first;
    }
    var fitting =
        known.stream()
            .filter(
                candidate ->
                    asked
                        .map(name -> name.equals(candidate.architecture()))
                        .orElseGet(() -> candidate.fits(model.config())))
            .findFirst();
    if (fitting.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE, model.source(), unfit(model, known));
    }
    return fitting;
  }

  /** Why no class fits: what holds for all, else what the nearest lacks. */
  private static String unfit(ModelDescription model, List<HuggingFaceModel> known) {
    var refusals = KeyMeaning.of(model).refusals(Naming.HUGGING_FACE);
    if (!refusals.isEmpty()) {
      return String.join("; ", refusals);
    }
    var config = model.config();
    return "none of family '"
        + model.family().id()
        + "''s classes "
        + known.stream().map(HuggingFaceModel::architecture).distinct().toList()
        + " fits"
        + known.stream()
            .reduce((one, other) -> closer(other, one, config))
            .map(nearest -> ": " + lacks(nearest, config))
            .orElse("")
        + ". Choose another with "
        + Setting.ARCHITECTURE.inText();
  }

  /** The more general classes stand last. */
  private static HuggingFaceModel closer(
      HuggingFaceModel general, HuggingFaceModel special, ModelConfig config) {
    return unmet(special, config).size() < unmet(general, config).size() ? special : general;
  }

  private static List<Condition> unmet(HuggingFaceModel candidate, ModelConfig config) {
    return candidate.picks().stream().filter(condition -> !condition.holds(config)).toList();
  }

  private static String lacks(HuggingFaceModel nearest, ModelConfig config) {
    return unmet(nearest, config).stream()
        .map(
            condition ->
                condition.key()
                    + " is "
                    + config.text(condition.key()).orElse("not set")
                    + ", "
                    + nearest.architecture()
                    + " needs "
                    + (condition.negated() ? "another" : String.join(" or ", condition.values())))
        .collect(Collectors.joining("; "));
  }

  /**
   * Refuses a model that the class to write can't have.
   *
   * @throws UnsupportedCheckpointException naming every key that says so
   */
  static void requireExpressible(
      TargetKind kind, YamlDocument config, ModelDescription model, HuggingFaceModel wanted) {
    var refusals = KeyMeaning.of(model).refusals(Naming.HUGGING_FACE);
    if (!refusals.isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.NOT_EXPRESSIBLE,
          model.source(),
          String.join("; ", refusals) + "; " + wanted.architecture() + " is not written with it");
    }
    var whole = config.completed(model.family().defaults());
    kind.requireExpressible(whole, wanted, model.source());
  }

  /** What a user should know of a model that becomes NeMo's. */
  static List<String> notes(Resolved resolved, ModelDescription model) {
    boolean nemo = resolved.format().equals(TargetFormat.NEMO);
    return nemo ? KeyMeaning.of(model).kept() : List.of();
  }

  /** Another naming comes in the layout that NeMo 1.23 writes for it. */
  private static WeightLayout layout(Naming naming, ModelDescription model) {
    boolean wanted =
        naming == model.naming() ? model.files().distributed() : naming == Naming.MCORE;
    boolean distributed = wanted && model.family().layouts().contains(WeightLayout.DISTRIBUTED);
    return distributed ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS;
  }

  /**
   * Refuses a cast that can lose values and was not allowed to, and a tensor of several types that
   * is to be cast to none.
   *
   * @throws UnsafeCheckpointException naming the types
   * @throws PlanRejectedException naming the parts and their types
   */
  static void refuseTypes(ReshardRequest request, ModelDescription model) {
    if (request.dtype().isEmpty()) {
      MixedTypes.refuse(model);
      return;
    }
    DType wanted = request.dtype().get();
    refuseFloat8(wanted, model);
    if (request.allowLossy()) {
      return;
    }
    Set<DType> lossy =
        model.tensors().stream()
            .filter(tensor -> !Companions.isCompanion(tensor.id()))
            .flatMap(tensor -> tensor.types().stream())
            .filter(found -> found.isFloating() && !holds(wanted, found))
            .collect(Collectors.toSet());
    if (!lossy.isEmpty()) {
      throw new UnsafeCheckpointException(
          ErrorCode.LOSSY_CAST,
          model.source(),
          "holds "
              + lossy.stream().map(DType::torchName).sorted().collect(Collectors.joining(", "))
              + ", which "
              + wanted.torchName()
              + " can't represent exactly: allow the loss with "
              + Setting.ALLOW_LOSSY.inText());
    }
  }

  /** Values of 8 bits mean nothing without the scales that stand elsewhere. */
  private static void refuseFloat8(DType wanted, ModelDescription model) {
    model.tensors().stream()
        .map(LogicalTensor::spec)
        .filter(spec -> spec.dtype().isFloat8())
        .findFirst()
        .ifPresent(
            spec -> {
              throw new UnsupportedCheckpointException(
                  ErrorCode.UNSUPPORTED,
                  model.source(),
                  "'"
                      + spec.name()
                      + "' is "
                      + spec.dtype().torchName()
                      + ", which can't be cast to "
                      + wanted.torchName()
                      + ": leave "
                      + Setting.DTYPE.inText()
                      + " out");
            });
  }

  private static boolean holds(DType wanted, DType found) {
    return wanted == found || wanted.byteSize() > found.byteSize();
  }
}
