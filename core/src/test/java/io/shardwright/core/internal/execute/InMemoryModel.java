package io.shardwright.core.internal.execute;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Passage;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

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
  public InMemoryModel reshard(int wanted, int blockBytes, int threads) {
    return reshard(wanted, blockBytes, threads, false);
  }

  /** The same into files that take bytes in any order, or front to back alone. */
  public InMemoryModel reshard(int wanted, int blockBytes, int threads, boolean inOrder) {
    ExecutablePlan plan = plan(wanted);
    var sink = new Sink(plan.files(), inOrder);
    var conditions =
        new Executor.Conditions(
            Workers.of(threads), () -> new JvmBackend(blockBytes), Journal.NONE);
    Written written = Executor.run(plan, sink, sink, bytes -> {}, conditions);
    sink.requireCrcs(written);
    return new InMemoryModel(rules, wanted, config, sink.result());
  }

  public ExecutablePlan plan(int wanted) {
    return Planner.plan(
        describe(),
        TargetChoice.grid(new ParallelSize(wanted, 1), Naming.LEGACY, WeightLayout.RANKS),
        List.of(),
        VocabularySize.UNKNOWN,
        new Names());
  }

  public ModelDescription describe() {
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
        new Family(rules),
        asConfig(),
        new ParallelSize(ranks, 1),
        SourceFiles.ofRanks(rankFiles),
        Optional.empty(),
        false);
  }

  private static SourceTensor source(String member, String name, Held held) {
    var spec = new TensorSpec(name, held.dtype(), held.shape());
    var strides = held.shape().rowMajorStrides();
    return new SourceTensor(
        spec, new MemorySource(held.bytes(), member), 0, strides, false, OptionalLong.empty());
  }

  private ModelConfig asConfig() {
    return new ModelConfig() {
      @Override
      public Optional<String> text(String key) {
        return Optional.ofNullable(config.get(key));
      }

      @Override
      public boolean has(String key) {
        return config.containsKey(key);
      }
    };
  }

  /** A file per rank. */
  private static final class Names implements TargetNames {
    @Override
    public String member(RankCoordinate rank) {
      return "rank" + rank.tensor();
    }

    @Override
    public String folder() {
      return "arrays/";
    }

    @Override
    public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors) {
      return Map.of("shard", tensors);
    }
  }

  private record Family(List<ParameterRule> rules) implements ModelFamilyAdapter {
    @Override
    public String id() {
      return "memory";
    }

    @Override
    public List<RestoreClass> restoreClasses() {
      return List.of(RestoreClass.nemo("Memory"));
    }

    @Override
    public SupportedParallelism parallelism() {
      return SupportedParallelism.of(ParallelDimension.TENSOR);
    }

    @Override
    public boolean describes(ModelConfig config) {
      return true;
    }

    @Override
    public Naming naming(ModelConfig config) {
      return Naming.LEGACY;
    }

    @Override
    public ParameterTable parameters(ModelConfig config, Naming naming) {
      return new ParameterTable(rules);
    }
  }

  /** Every target tensor is a file of its own. */
  private static final class Sink implements TargetLayout, OutputFiles {
    private final List<TargetFile> files;
    private final boolean inOrder;
    private final Map<TargetTensor, byte[]> bytes = new LinkedHashMap<>();
    private Place next = new Place(0, 0);

    Sink(List<TargetFile> files, boolean inOrder) {
      this.files = files;
      this.inOrder = inOrder;
      for (TargetFile file : files) {
        file.tensors().values().forEach(t -> bytes.put(t, new byte[(int) t.spec().byteSize()]));
      }
    }

    @Override
    public List<OutputFile> files() {
      return bytes.values().stream().map(held -> new OutputFile("", held.length)).toList();
    }

    @Override
    public boolean inOrder() {
      return inOrder;
    }

    @Override
    public Place place(TargetTensor tensor) {
      return new Place(List.copyOf(bytes.keySet()).indexOf(tensor), 0);
    }

    @Override
    public List<Passage> passages() {
      return List.of();
    }

    @Override
    public List<Piece> structure(Map<TargetTensor, Long> crcs) {
      return List.of();
    }

    @Override
    public void write(ByteBuffer source, Place place) {
      byte[] target = List.copyOf(bytes.values()).get(place.file());
      if (inOrder) {
        boolean follows = place.equals(next) || place.file() > next.file() && place.offset() == 0;
        assertTrue(follows, place + " does not follow " + next);
        next = new Place(place.file(), place.offset() + source.remaining());
      }
      source.get(target, (int) place.offset(), source.remaining());
    }

    @Override
    public void read(ByteBuffer target, Place place) {
      byte[] held = List.copyOf(bytes.values()).get(place.file());
      target.put(held, (int) place.offset(), target.remaining());
    }

    void requireCrcs(Written written) {
      bytes.forEach(
          (tensor, held) -> {
            var crc = new java.util.zip.CRC32();
            crc.update(held);
            if (written.tensors().get(tensor) != crc.getValue()) {
              throw new AssertionError("wrong CRC-32 of " + tensor);
            }
          });
    }

    List<Map<String, Held>> result() {
      var result = new ArrayList<Map<String, Held>>();
      for (TargetFile file : files) {
        Map<String, Held> tensors = new LinkedHashMap<>();
        file.tensors()
            .forEach(
                (name, t) ->
                    tensors.put(name, new Held(t.spec().dtype(), t.spec().shape(), bytes.get(t))));
        result.add(tensors);
      }
      return result;
    }
  }
}
