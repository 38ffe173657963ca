package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.Shardwright;
import io.shardwright.core.internal.describe.Describer;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.execute.Executor;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Passage;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program of its own: cuts a 70B-shaped checkpoint for eight ranks and checks every mark. */
final class SparseRun {
  private static final int RANKS = 8;

  private SparseRun() {}

  /** Reshards the first layers, or with {@code all} reads every layer, into a checking sink. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    boolean all = List.of(args).contains("all");
    boolean community = List.of(args).contains("community");
    var model = community ? new SparseFolder() : new SparseLlama();
    model.write(folder);
    long started = System.nanoTime();
    Shardwright.create()
        .plan(
            ReshardRequest.builder(folder, folder.resolveSibling("out.nemo"))
                .tensorModelParallelSize(RANKS)
                .build());
    System.out.printf("planned in %d ms%n", (System.nanoTime() - started) / 1_000_000);
    var registry = AdapterRegistry.load(SparseRun.class.getClassLoader());
    try (var source = open(folder, community, registry)) {
      var plan = plan(source, registry);
      List<PlanStep> steps =
          plan.steps().stream()
              .filter(step -> all || SparseLlama.marked(step.tensor().name()))
              .toList();
      var sink = new Sink(model);
      var few =
          new ExecutablePlan(
              plan.source(),
              plan.choice(),
              List.of(),
              plan.files(),
              List.of(),
              List.of(),
              List.of(),
              steps);
      long began = System.nanoTime();
      var written = Executor.run(few, sink, sink, bytes -> {}, Executor.Conditions.of(1));
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf("%d bytes in %.1f s%n", written.bytesRead(), seconds);
      System.out.printf("%d of %d marks right%n", sink.right, model.marks(RANKS));
    }
  }

  private static ModelSource open(Path folder, boolean community, AdapterRegistry registry) {
    return community
        ? DirectoryCheckpoint.open(
            folder, registry.formats().get(0), registry.communityModels(), Optional.empty())
        : NemoCheckpoint.open(folder, folder);
  }

  private static ExecutablePlan plan(ModelSource source, AdapterRegistry registry) {
    Optional<ParameterTable> names =
        source instanceof DirectoryCheckpoint hugging
            ? Optional.of(hugging.model().names())
            : Optional.empty();
    var description =
        Describer.describe(
            source.name(),
            registry.named("llama"),
            source.config(),
            source.size(),
            source.sourceFiles(),
            names,
            false);
    var grid = new ParallelSize(RANKS, 1);
    return Planner.plan(
        description,
        TargetChoice.grid(grid, Naming.MCORE, WeightLayout.RANKS),
        List.of(),
        VocabularySize.UNKNOWN,
        new Names());
  }

  /** A file per rank. */
  private static final class Names implements TargetNames {
    @Override
    public String member(RankCoordinate rank) {
      return Integer.toString(rank.tensor());
    }

    @Override
    public String folder() {
      return "";
    }

    @Override
    public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors) {
      return Map.of();
    }
  }

  /** Checks marks as they pass, and keeps nothing. */
  private static final class Sink implements TargetLayout, OutputFiles {
    private final SparseLlama model;
    private final List<TargetTensor> tensors = new ArrayList<>();
    private long right;

    Sink(SparseLlama model) {
      this.model = model;
    }

    @Override
    public List<OutputFile> files() {
      return List.of();
    }

    @Override
    public Place place(TargetTensor tensor) {
      int at = tensors.indexOf(tensor);
      if (at < 0) {
        tensors.add(tensor);
        at = tensors.size() - 1;
      }
      return new Place(at, 0);
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
    public void write(ByteBuffer bytes, Place place) {
      var words = bytes.order(ByteOrder.LITTLE_ENDIAN);
      for (int at = words.position(); at + 16 <= words.limit(); at += 16) {
        long number = words.getLong(at);
        if (number != 0) {
          long stored = (place.offset() + at - words.position()) / 2;
          require(tensors.get(place.file()), number, words.getLong(at + 8), stored);
        }
      }
      bytes.position(bytes.limit());
    }

    private void require(TargetTensor tensor, long number, long index, long stored) {
      var spot = model.spot(model.name(number), index);
      int rank = Integer.parseInt(tensor.member());
      boolean fits =
          tensor.spec().name().equals(spot.tensor())
              && stored == expected(spot.tensor(), spot.whole(), rank, spot.index());
      if (!fits) {
        throw new AssertionError(spot + " stands in " + tensor + " at " + stored);
      }
      right++;
    }

    /** Where an element belongs in a rank's shard; -1 where it belongs to another rank. */
    private static long expected(String name, Shape whole, int rank, long index) {
      if (whole.rank() == 1) {
        return index;
      }
      long columns = whole.dim(1);
      long row = index / columns;
      long column = index % columns;
      if (name.contains("linear_proj") || name.contains("fc2")) {
        long width = columns / RANKS;
        return column / width == rank ? row * width + column % width : -1;
      }
      long parts = name.contains("fc1") ? 2 : 1;
      long part = whole.dim(0) / parts;
      long height = part / RANKS;
      long within = row % part;
      return within / height == rank
          ? (row / part * height + within % height) * columns + column
          : -1;
    }

    @Override
    public void read(ByteBuffer bytes, Place place) {
      bytes.position(bytes.limit());
    }
  }
}
