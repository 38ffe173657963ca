package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code _extra_state} as tensors: of no bytes where nothing was measured, else what 8-bit training
 * measured, which differs from rank to rank in size and value.
 */
class ModuleStatesTest {
  private static final String QKV = "self_attention.linear_qkv._extra_state";

  @TempDir Path folder;
  private Path ranks;

  @BeforeEach
  void cutsAModelForFourRanks() throws IOException {
    ranks = folder.resolve("ranks");
    Path theirs = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    Order.of(theirs, ranks).done();
  }

  private static Path file(Path checkpoint, int tensor, int stage) {
    return checkpoint.resolve(
        "tp_rank_0%d_pp_rank_00%d".formatted(tensor, stage) + "/model_weights.ckpt");
  }

  private static byte[] measured(int tensor, int stage, String name) {
    String text = name.replaceFirst("layers\\.0", "layers." + 2 * stage) + " of rank " + tensor;
    return (text + "!".repeat(tensor)).getBytes(StandardCharsets.UTF_8);
  }

  private void edit(States states) throws IOException {
    for (int tensor = 0; tensor < 2; tensor++) {
      for (int stage = 0; stage < 2; stage++) {
        int t = tensor;
        int s = stage;
        EditedStates.replace(file(ranks, t, s), name -> states.of(t, s, name));
      }
    }
  }

  private interface States {
    Object of(int tensor, int stage, String name);
  }

  private Attempt reshard(String target, UnaryOperator<Order> options) {
    return options.apply(Order.of(ranks, folder.resolve(target))).tried().assertDone();
  }

  @Test
  void keepsEachRanksOwnWhereTheGridStays() throws IOException {
    edit(ModuleStatesTest::measured);
    Attempt run = reshard("same", order -> order);
    assertFalse(run.said().contains("states of"), run.said());
    for (int tensor = 0; tensor < 2; tensor++) {
      for (int stage = 0; stage < 2; stage++) {
        var expected = EditedStates.of(file(ranks, tensor, stage));
        var found = EditedStates.of(file(folder.resolve("same"), tensor, stage));
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, bytes) -> assertArrayEquals(bytes, found.get(name), name));
      }
    }
  }

  @Test
  void keepsEachTensorRanksOwnWhenLayersMoveToOtherStages() throws IOException {
    edit(ModuleStatesTest::measured);
    Attempt run = reshard("four", order -> order.pp(4));
    assertFalse(run.said().contains("states of"), run.said());
    for (int tensor = 0; tensor < 2; tensor++) {
      var second = EditedStates.of(file(ranks, tensor, 0));
      var moved = EditedStates.of(file(folder.resolve("four"), tensor, 1));
      assertArrayEquals(
          second.get("model.decoder.layers.1." + QKV), moved.get("model.decoder.layers.0." + QKV));
    }
  }

  @Test
  void saysThatTheFirstRanksIsKeptWhereTheirNumberChanges() throws IOException {
    edit(ModuleStatesTest::measured);
    Attempt run = reshard("wide", order -> order.tp(4));
    assertTrue(run.said().contains("states of 18 modules ('model.decoder.layers.0."), run.said());
    assertTrue(run.said().contains("from tensor-parallel rank 0"), run.said());
    byte[] first = EditedStates.of(file(ranks, 0, 1)).get("model.decoder.layers.1." + QKV);
    for (int tensor = 0; tensor < 4; tensor++) {
      var found = EditedStates.of(file(folder.resolve("wide"), tensor, 1));
      assertArrayEquals(first, found.get("model.decoder.layers.1." + QKV));
    }
  }

  @Test
  void putsThemIntoArraysFilesAndBack() throws IOException {
    edit(ModuleStatesTest::measured);
    Attempt run = reshard("arrays", order -> order.layout(WeightLayout.DISTRIBUTED));
    assertTrue(run.said().contains("arrays have one for all ranks"), run.said());
    Path state = folder.resolve("arrays/model_weights/model.decoder.layers." + QKV);
    byte[] expected = EditedStates.of(file(ranks, 0, 1)).get("model.decoder.layers.0." + QKV);
    var found = Checkpoints.found(folder.resolve("arrays"));
    String kept = QKV + "/shard_2_4\tuint8\t[" + expected.length + "]\t";
    assertTrue(found.stream().anyMatch(line -> line.contains(kept)), found.toString());
    assertTrue(Files.exists(state.resolve("shard_2_4.pt")));
    Path back = folder.resolve("back");
    Order.of(folder.resolve("arrays"), back)
        .layout(WeightLayout.RANKS)
        .grid(1, 2)
        .vocab(250)
        .done();
    assertArrayEquals(
        expected, EditedStates.of(file(back, 0, 1)).get("model.decoder.layers.0." + QKV));
  }

  @Test
  void saysThatTheyAreLeftOutWhereTheTargetHasNoPlaceForThem() throws IOException {
    edit(ModuleStatesTest::measured);
    Path out = folder.resolve("hf");
    Order.of(ranks, out)
        .vocab(250)
        .to(TargetFormat.HUGGING_FACE)
        .tried()
        .assertDone("are left out");
  }

  /** As Transformer Engine 2.4 and later writes them where nothing was measured. */
  @Test
  void carriesStatesOfNoBytesEverywhereWithoutAWord() throws IOException {
    edit((tensor, stage, name) -> new byte[0]);
    int number = 0;
    for (UnaryOperator<Order> options :
        List.<UnaryOperator<Order>>of(
            order -> order.grid(1, 1).vocab(250),
            order -> order.grid(4, 4),
            order -> order.layout(WeightLayout.DISTRIBUTED))) {
      String target = "t" + number++;
      Attempt run = reshard(target, options);
      assertFalse(run.said().contains("states of"), run.said());
      Path written = folder.resolve(target);
      Attempt.verify(written).assertDone();
      Checkpoints.assertAlike(written, ranks);
      assertTrue(
          Checkpoints.found(written).stream()
              .anyMatch(line -> line.matches(".*_extra_state\\S*\tuint8\t\\[0]\t.*")));
    }
  }

  @Test
  void takesAStateOfAnotherKindOnEveryRank() throws IOException {
    edit((tensor, stage, name) -> tensor == 0 ? Constant.NONE : new byte[tensor + stage]);
    Attempt.verify(ranks).assertDone();
    reshard("same", order -> order);
    assertEquals(
        EditedStates.of(file(ranks, 1, 1)).keySet(),
        EditedStates.of(file(folder.resolve("same"), 1, 1)).keySet());
    assertTrue(EditedStates.of(file(folder.resolve("same"), 0, 1)).isEmpty());
  }

  /** Megatron-Core saves Transformer Engine's attention too, which has no parameters. */
  @Test
  void keepsTheStatesOfModulesWithoutParametersInArrays() throws IOException {
    Path arrays = folder.resolve("arrays");
    reshard("arrays", order -> order.layout(WeightLayout.DISTRIBUTED).grid(1, 1).vocab(250));
    String module = "model.decoder.layers.self_attention.core_attention._extra_state";
    Path states = Files.createDirectory(arrays.resolve("model_weights").resolve(module));
    for (int layer = 0; layer < 4; layer++) {
      Files.write(
          states.resolve("shard_" + layer + "_4.pt"), EditedStates.file((byte) layer, (byte) 7));
    }
    Path two = folder.resolve("two");
    Order.of(arrays, two).tp(2).done();
    assertTrue(Files.exists(two.resolve("model_weights").resolve(module).resolve("shard_3_4.pt")));
    Path cut = folder.resolve("cut");
    Order.of(two, cut).layout(WeightLayout.RANKS).pp(2).done();
    assertArrayEquals(
        new byte[] {3, 7},
        EditedStates.of(file(cut, 1, 1))
            .get("model.decoder.layers.1.self_attention.core_attention._extra_state"));
  }
}
