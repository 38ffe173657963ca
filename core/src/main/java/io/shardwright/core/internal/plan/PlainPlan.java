package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.core.outline.UnreadableTensor;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Copies every stored tensor as it is: for checkpoints of no known family. */
public final class PlainPlan {
  private static final String SUFFIX = ".safetensors";
  private static final RankCoordinate FIRST = new RankCoordinate(0, 0);

  private final Predicate<DType> held;
  private final List<PlanStep> steps = new ArrayList<>();
  private final List<TargetFile> files = new ArrayList<>();
  private final Map<String, List<SourcePart>> again = new HashMap<>();

  private PlainPlan(SourceFiles from, Predicate<DType> held) {
    this.held = held;
    from.again().stream()
        .filter(other -> other.kind() == Replica.Kind.SET)
        .flatMap(other -> parts(other.file()).entrySet().stream())
        .forEach(
            tensor ->
                again
                    .computeIfAbsent(tensor.getKey().name(), name -> new ArrayList<>())
                    .addAll(tensor.getValue()));
  }

  /**
   * A file per rank file, or one for all arrays.
   *
   * @param held the types that the target's format has a word for
   */
  public static ExecutablePlan of(
      String source, ModelConfig config, Grid grid, SourceFiles from, Predicate<DType> held) {
    var plain = new PlainPlan(from, held);
    for (RankFile rank : from.ranks()) {
      plain.file(stem(rank, from.ranks()) + SUFFIX, rank.rank(), plain.parts(rank));
    }
    if (!from.arrays().isEmpty()) {
      plain.file("model" + SUFFIX, FIRST, plain.parts(from));
    }
    var model =
        new ModelDescription(
            source,
            new UnclaimedAdapter(),
            config,
            Naming.LEGACY,
            new ParameterTable(List.of()),
            grid,
            from,
            List.of(),
            List.of(),
            StageLayers.none(grid.pipeline()),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    return new ExecutablePlan(
        model,
        TargetChoice.of(grid, Naming.LEGACY, WeightLayout.RANKS),
        List.of(),
        plain.files,
        List.of(),
        List.of(),
        List.of(),
        plain.steps);
  }

  /** That of a rank's folder, or of the whole; a file's own where these are others' too. */
  private static String stem(RankFile rank, List<RankFile> all) {
    boolean alone = all.stream().filter(other -> folder(other).equals(folder(rank))).count() == 1;
    String own = rank.member().replace('/', '-').replaceFirst("\\.safetensors$", "");
    return alone ? folder(rank) : own;
  }

  private static String folder(RankFile rank) {
    return rank.member().contains("/") ? rank.member().split("/")[0] : "model";
  }

  private Map<TensorSpec, List<SourcePart>> parts(RankFile rank) {
    Map<TensorSpec, List<SourcePart>> parts = new LinkedHashMap<>();
    for (SourceTensor tensor : rank.tensors().values()) {
      put(parts, tensor.spec(), List.of(SourcePart.whole(rank.member(), tensor)));
    }
    return parts;
  }

  private Map<TensorSpec, List<SourcePart>> parts(SourceFiles files) {
    Map<TensorSpec, List<SourcePart>> parts = new LinkedHashMap<>();
    files.arrays().forEach(array -> put(parts, array.spec(), array.parts()));
    for (Stored object : files.objectTensors()) {
      var part = SourcePart.whole(object.member(), object.tensor());
      put(parts, object.tensor().spec(), List.of(part));
    }
    return parts;
  }

  private void put(Map<TensorSpec, List<SourcePart>> parts, TensorSpec spec, List<SourcePart> own) {
    if (held.test(spec.dtype())) {
      parts.put(spec, own);
    }
  }

  /**
   * What is not in the target: what is not read, and what its format can't express.
   *
   * @param format its name
   */
  public static List<UnreadableTensor> leftOut(
      SourceFiles from, Predicate<DType> held, String format) {
    var left = new ArrayList<>(from.unlisted());
    for (RankFile rank : from.ranks()) {
      rank.tensors()
          .values()
          .forEach(t -> wordless(rank.member(), rank.rank(), t.spec(), held, format, left));
    }
    from.arrays().forEach(a -> wordless(a.spec().name(), FIRST, a.spec(), held, format, left));
    from.objectTensors()
        .forEach(o -> wordless(o.member(), FIRST, o.tensor().spec(), held, format, left));
    return left;
  }

  private static void wordless(
      String member,
      RankCoordinate rank,
      TensorSpec spec,
      Predicate<DType> held,
      String format,
      List<UnreadableTensor> left) {
    if (!held.test(spec.dtype())) {
      String type = spec.dtype().torchName();
      String why = "of type " + type + ", which " + format + " can't express";
      left.add(new UnreadableTensor(member, rank, spec.name(), why));
    }
  }

  /** What a second set of weights has under the same name. */
  private List<Replica> replicas(TensorSpec spec) {
    var replicas = new ArrayList<Replica>();
    for (SourcePart part : again.getOrDefault(spec.name(), List.of())) {
      if (!part.tensor().spec().equals(spec)) {
        throw new MalformedCheckpointException(
            ErrorCode.SOURCES_DISAGREE,
            part.member(),
            "'"
                + spec.name()
                + "' has another shape or type than in the set of weights that is used"
                + Replica.Kind.SET.reason());
      }
      replicas.add(new Replica(part, Replica.Kind.SET));
    }
    return replicas;
  }

  private void file(String member, RankCoordinate rank, Map<TensorSpec, List<SourcePart>> tensors) {
    var targets = new LinkedHashMap<String, TargetTensor>();
    tensors.forEach(
        (spec, parts) -> {
          var target = new TargetTensor(member, spec);
          targets.put(spec.name(), target);
          var whole = new View(Region.whole(spec.shape()), 0, spec.shape().rowMajorStrides());
          steps.add(
              new Copy(
                  spec,
                  parts,
                  replicas(spec),
                  List.of(),
                  List.of(),
                  0,
                  List.of(new To(target, whole))));
        });
    files.add(
        new TargetFile(
            member, rank, List.copyOf(targets.keySet()), targets, Map.of(), Optional.empty()));
  }

  /** A placeholder for plans that need no family. */
  private static final class UnclaimedAdapter implements ModelFamilyAdapter {
    @Override
    public String id() {
      return "none";
    }

    @Override
    public List<RestoreClass> restoreClasses() {
      return List.of();
    }

    @Override
    public SupportedParallelism parallelism() {
      return SupportedParallelism.of();
    }

    @Override
    public boolean describes(ModelConfig config) {
      return false;
    }

    @Override
    public Naming naming(ModelConfig config) {
      return Naming.LEGACY;
    }

    @Override
    public ParameterTable parameters(ModelConfig config, Naming naming) {
      return new ParameterTable(List.of());
    }
  }
}
