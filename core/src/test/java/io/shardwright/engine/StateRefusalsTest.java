package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.HeldItems.Array;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Optimizers of {@code torch_dist} that are not read, each refused before anything is written. */
class StateRefusalsTest {
  private static final String STATE = "optimizer.state.";

  @TempDir(factory = MemoryFolders.class)
  private static Path once;

  private static HeldItems whole;

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private Path trained;
  private HeldItems items;

  @BeforeAll
  static void train() {
    Path source =
        TinyExperts.writeFinite(TinyExperts.Kind.LLAMA, new Random(3), once.resolve("hf"));
    Path home = once.resolve("home");
    Order.of(source, home).to(MegatronCircleTest.TORCH_DIST).vocab(TinyExperts.VOCABULARY).done();
    TinyTraining.in(home, TinyTraining.Form.FULLY_RESHARDABLE, new Random(4));
    whole = HeldItems.of(home);
  }

  @BeforeEach
  void copy() throws IOException {
    trained = Files.createDirectories(folder.resolve("trained"));
    Files.copy(once.resolve("home/metadata.json"), trained.resolve("metadata.json"));
    items =
        new HeldItems(new LinkedHashMap<>(whole.arrays()), new LinkedHashMap<>(whole.objects()));
  }

  private Order moved() throws IOException {
    return Order.of(items.write(trained), folder.resolve("target"))
        .vocab(TinyExperts.VOCABULARY)
        .to(MegatronCircleTest.MEGATRON);
  }

  private void assertRefused(String... words) throws IOException {
    moved().tried().assertRefused(Kind.INPUT, words);
    assertTrue(Files.notExists(folder.resolve("target")));
    moved().withoutOptimizer().done();
  }

  private void renamed(String kind, String other) {
    for (String key : List.copyOf(items.arrays().keySet())) {
      if (key.startsWith(STATE + kind + ".")) {
        items.arrays().put(key.replace(kind, other), items.arrays().remove(key));
      }
    }
  }

  private void typed(String kind, DType type) {
    items
        .arrays()
        .replaceAll(
            (key, own) ->
                key.startsWith(STATE + kind + ".")
                    ? own.as(
                        type,
                        Arrays.copyOf(own.bytes(), (int) own.shape().elements() * type.byteSize()))
                    : own);
  }

  @Test
  void refusesTheMomentumOfAnotherOptimizer() throws IOException {
    renamed("exp_avg", "momentum_buffer");
    items.arrays().keySet().removeIf(key -> key.startsWith(STATE + "exp_avg_sq."));
    assertRefused("which has fp32_param, momentum_buffer, expected Adam's exp_avg and exp_avg_sq");
  }

  @Test
  void refusesTheMomentsOfLion() throws IOException {
    items.arrays().keySet().removeIf(key -> key.startsWith(STATE + "exp_avg_sq."));
    assertRefused("which has exp_avg, fp32_param, expected Adam's");
  }

  @Test
  void refusesAStateWithoutAnyMaster() throws IOException {
    items.arrays().keySet().removeIf(key -> key.startsWith(STATE + "param."));
    assertRefused("lacks the master weights (fp32_param");
  }

  @Test
  void refusesWhatLacksOfMastersStandsElsewhere() throws IOException {
    typed("param", DType.INT16);
    assertRefused("whose fp32_param is int16, expected float32");
  }

  @Test
  void refusesAveragesOfFewerBits() throws IOException {
    typed("exp_avg", DType.BFLOAT16);
    assertRefused("whose exp_avg is bfloat16, expected float32");
  }

  /** As Megatron-Core's HybridDeviceOptimizer calls what it keeps in the host's memory. */
  @Test
  void refusesTheMastersOfAnOptimizerOnTheHost() throws IOException {
    renamed("param", "master_param");
    assertRefused("which has exp_avg, exp_avg_sq, master_param, expected Adam's");
  }

  @Test
  void refusesAnOptimizerWhoseGroupsAreLost() throws IOException {
    items.common(common -> common.putAt("optimizer.optimizer", Obj.empty()));
    assertRefused("its parameter groups are missing");
  }

  @Test
  void refusesAnOptimizerWithoutItsStep() throws IOException {
    items.common(
        common -> {
          common.fields().remove("iteration");
          common.putAt("optimizer.optimizer.param_groups", withoutStep());
        });
    assertRefused("doesn't say how many steps it made");
  }

  private static Arr withoutStep() {
    return new Arr(
        TinyTraining.groups(false).items().stream()
            .<JsonValue>map(
                group -> {
                  Obj less = ((Obj) group).copy();
                  less.fields().remove("step");
                  return less;
                })
            .toList());
  }

  /** One element of a master that no sample touches, and two layers' masters exchanged. */
  @Test
  void refusesWhatIsNoMasterOfItsWeight() throws IOException {
    var masters = masters();
    for (long seed = 0; seed < 4; seed++) {
      var random = new Random(seed);
      String key = masters.get(random.nextInt(masters.size()));
      Array own = items.arrays().get(key);
      byte[] values = own.bytes().clone();
      if (seed % 2 == 0 || own.shape().rank() < 3) {
        int element = random.nextInt(values.length / Float.BYTES);
        var floats = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        floats.putFloat(element * Float.BYTES, 5);
      } else {
        int each = values.length / (int) own.shape().dim(0);
        System.arraycopy(own.bytes(), each, values, 2 * each, each);
        System.arraycopy(own.bytes(), 2 * each, values, each, each);
      }
      items.arrays().put(key, own.as(DType.FLOAT32, values));
      Attempt run = moved().tried().assertRefused(Kind.INPUT, "SW-122", "optimizer(false)");
      assertTrue(run.said().contains(key), "seed " + seed + ": " + run.said());
      assertTrue(Files.notExists(folder.resolve("target")), "seed " + seed);
      items.arrays().put(key, own);
    }
    moved().done();
  }

  private List<String> masters() {
    return items.arrays().keySet().stream().filter(k -> k.startsWith(STATE + "param.")).toList();
  }
}
