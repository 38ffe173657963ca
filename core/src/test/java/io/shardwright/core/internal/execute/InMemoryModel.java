package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.LowRankChange;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.registry.PlainAdapter;
import io.shardwright.engine.PlainConfig;
import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A model of a few tensors whose rank files lie in memory: rank by rank, tensor by tensor, the
 * dense little-endian bytes.
 */
public record InMemoryModel(
    List<ParameterRule> rules,
    int ranks,
    Map<String, String> config,
    List<Map<String, Held>> files) {

  /** A tensor's shape and bytes. */
  public record Held(DType dtype, Shape shape, byte[] bytes) {}

  /** Reshards by the engine: describe, plan, execute. */
  public InMemoryModel reshard(int wanted, int tileBytes, int threads) {
    return reshard(wanted, tileBytes, threads, false);
  }

  /** The same into files that take bytes in any order, or front to back alone. */
  public InMemoryModel reshard(int wanted, int tileBytes, int threads, boolean inOrder) {
    return reshard(wanted, () -> new JvmBackend(tileBytes), threads, inOrder);
  }

  /** The same on another backend. */
  public InMemoryModel reshard(
      int wanted, Supplier<TensorBackend> backend, int threads, boolean inOrder) {
    return run(plan(wanted), backend, threads, inOrder);
  }

  /** Runs a plan of this model. */
  public InMemoryModel run(
      ExecutablePlan plan, Supplier<TensorBackend> backend, int threads, boolean inOrder) {
    var target = new MemoryTarget(plan, inOrder);
    target.run(plan, backend, threads);
    return new InMemoryModel(rules, plan.choice().grid().tensor(), config, held(plan, target));
  }

  /** Reshards into the tensors of other rows of the same canonical ones. */
  public InMemoryModel renamed(List<ParameterRule> others, int wanted, int tileBytes) {
    var plan =
        Planner.plan(
            describe(new Family(rules, others)),
            TargetChoice.of(Grid.of(wanted, 1), Naming.MCORE, WeightLayout.RANKS),
            List.of(),
            VocabularySize.UNKNOWN,
            TargetNames.ofRanks(rank -> "rank" + rank.tensor(), "arrays/"),
            LowRankChange.NONE);
    var target = new MemoryTarget(plan, false);
    target.run(plan, () -> new JvmBackend(tileBytes), 1);
    return new InMemoryModel(others, wanted, config, held(plan, target));
  }

  public ExecutablePlan plan(int wanted) {
    return plan(wanted, Optional.empty(), LowRankChange.NONE);
  }

  public ExecutablePlan plan(int wanted, Optional<DType> dtype, LowRankChange change) {
    return Planner.plan(
        describe(),
        new TargetChoice(
            Grid.of(wanted, 1),
            PipelineSplit.EVEN,
            Naming.LEGACY,
            WeightLayout.RANKS,
            dtype,
            Optional.empty(),
            Optional.empty()),
        List.of(),
        VocabularySize.UNKNOWN,
        TargetNames.ofRanks(rank -> "rank" + rank.tensor(), "arrays/"),
        change);
  }

  public ModelDescription describe() {
    return describe(new Family(rules, rules));
  }

  private ModelDescription describe(Family family) {
    var rankFiles = new ArrayList<RankFile>();
    for (int rank = 0; rank < ranks; rank++) {
      var tensors = new LinkedHashMap<String, SourceTensor>();
      String member = "rank" + rank;
      files.get(rank).forEach((name, held) -> tensors.put(name, source(member, name, held)));
      rankFiles.add(
          new RankFile(
              member,
              new RankCoordinate(rank, 0),
              List.copyOf(tensors.keySet()),
              tensors,
              Map.of(),
              Optional.empty()));
    }
    return Describer.describe(
        "memory",
        family,
        asConfig(),
        Grid.of(ranks, 1),
        SourceFiles.ofRanks(rankFiles),
        Optional.empty(),
        Describer.Wishes.NONE);
  }

  private static SourceTensor source(String member, String name, Held held) {
    var spec = new TensorSpec(name, held.dtype(), held.shape());
    var strides = held.shape().rowMajorStrides();
    return new SourceTensor(
        spec, new MemorySource(held.bytes(), member), 0, strides, false, OptionalLong.empty());
  }

  private ModelConfig asConfig() {
    return new PlainConfig(config);
  }

  private static final class Family extends PlainAdapter {
    private final List<ParameterRule> rules;
    private final List<ParameterRule> others;

    Family(List<ParameterRule> rules, List<ParameterRule> others) {
      super("memory", "Memory");
      this.rules = rules;
      this.others = others;
    }

    @Override
    public List<Naming> namings(ModelConfig config) {
      return List.of(Naming.LEGACY, Naming.MCORE);
    }

    @Override
    public ParameterTable parameters(ModelConfig config, Naming naming) {
      return new ParameterTable(naming == Naming.LEGACY ? rules : others);
    }
  }

  private List<Map<String, Held>> held(ExecutablePlan plan, MemoryTarget target) {
    var result = new ArrayList<Map<String, Held>>();
    for (TargetFile file : plan.files()) {
      Map<String, Held> tensors = new LinkedHashMap<>();
      file.tensors()
          .forEach(
              (name, t) ->
                  tensors.put(name, new Held(t.spec().dtype(), t.spec().shape(), target.bytes(t))));
      result.add(tensors);
    }
    return result;
  }
}
