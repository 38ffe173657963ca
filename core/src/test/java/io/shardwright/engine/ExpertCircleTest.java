package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.TargetFormat;
import io.shardwright.engine.TinyExperts.Kind;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models of every attention and MLP on their way through all formats, cut for any ranks. */
@Tag("sampled")
class ExpertCircleTest {
  private static final int MODELS = Integer.getInteger("shardwright.density", 1);

  private static final PipelineSplit COUNTED =
      new PipelineSplit(OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), true, true);

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /** A place on the way. */
  private enum Place {
    RANKS,
    TORCH_DIST,
    MEGATRON,
    BRIDGE,
    DCP,
    NEMO_RANKS,
    NEMO_ARRAYS;

    boolean isOnRanks() {
      return this == RANKS || this == NEMO_RANKS;
    }

    Order to(Order order) {
      return switch (this) {
        case RANKS -> order.to(MegatronCircleTest.MEGATRON).layout(WeightLayout.RANKS);
        case TORCH_DIST -> order.to(MegatronCircleTest.TORCH_DIST);
        case MEGATRON -> order.to(MegatronCircleTest.MEGATRON).layout(WeightLayout.DISTRIBUTED);
        case BRIDGE -> order.to(MegatronCircleTest.BRIDGE);
        case DCP -> order.to(MegatronCircleTest.DCP);
        case NEMO_RANKS -> order.to(TargetFormat.NEMO).layout(WeightLayout.RANKS);
        case NEMO_ARRAYS -> order.to(TargetFormat.NEMO).layout(WeightLayout.DISTRIBUTED);
      };
    }
  }

  /**
   * How a model is cut.
   *
   * @param each ranks that share one expert
   */
  private record Cut(int tensor, int stages, int chunks, int experts, int each, String split) {
    /** On ranks one of the two must divide the other, and an expert's ranks those of the rest. */
    private boolean isOnRanks() {
      int all = experts * each;
      return tensor % each == 0 && (all % tensor == 0 || tensor % all == 0);
    }

    static Cut random(Random random, Place place, boolean hasExperts) {
      int pick = random.nextInt(8);
      int stages = List.of(1, 2, 2, 4, 2, 3, 3, 2).get(pick);
      boolean virtual = pick == 2 && place != Place.NEMO_RANKS;
      String split = List.of("", "", "", "", "first", "ends", "counted", "layout").get(pick);
      Cut cut;
      do {
        int tensor = random.nextBoolean() ? 3 : 1;
        int experts = hasExperts ? List.of(1, 2, 3, 6).get(random.nextInt(4)) : 1;
        int each = hasExperts && random.nextBoolean() ? 1 : tensor;
        cut = new Cut(tensor, stages, virtual ? 2 : 1, experts, each, split);
      } while (place.isOnRanks() && !cut.isOnRanks());
      return cut;
    }

    private PipelineSplit pipelineSplit() {
      return switch (split) {
        case "first" -> PipelineSplit.EVEN.first(1);
        case "ends" -> PipelineSplit.EVEN.first(1).last(1);
        case "counted" -> COUNTED;
        case "layout" -> PipelineSplit.of(PipelineLayout.parse("Ettt|tL"));
        default -> PipelineSplit.EVEN;
      };
    }

    Order of(Order order, boolean hasExperts) {
      Order cut = order.grid(tensor, stages).vp(chunks);
      cut.with(parts -> parts.pipelineSplit(pipelineSplit()));
      return hasExperts
          ? cut.with(p -> p.expertModelParallelSize(experts).expertTensorParallelSize(each))
          : cut;
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyFormatGivesBackWhatItWasGiven(Kind kind) {
    for (long seed = kind.ordinal(); seed < 100L * MODELS; seed += 100) {
      var random = new Random(seed);
      Path home = TinyExperts.write(kind, random, folder.resolve("home" + seed));
      Path here = home;
      var way = new ArrayList<String>();
      for (Place place : Place.values()) {
        Cut cut = Cut.random(random, place, kind.hasExperts());
        Path next = folder.resolve(place + "-" + seed + (place.ordinal() > 4 ? ".nemo" : ""));
        Order order = place.to(Order.of(here, next).vocab(TinyExperts.VOCABULARY));
        way.add(place == Place.DCP ? "DCP" : place + " " + cut);
        try {
          here = (place == Place.DCP ? order : cut.of(order, kind.hasExperts())).done();
        } catch (RuntimeException failure) {
          throw new AssertionError("seed " + seed + ", " + way, failure);
        }
      }
      Path back = folder.resolve("back" + seed);
      Order.of(here, back).to(TargetFormat.HUGGING_FACE).vocab(TinyExperts.VOCABULARY).done();
      String where = "seed " + seed + ", " + way;
      assertEquals(Checkpoints.tensors(home), Checkpoints.tensors(back), where);
    }
  }
}
