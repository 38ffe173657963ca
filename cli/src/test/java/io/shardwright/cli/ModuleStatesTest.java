package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.EditedStates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    Run.reshard(theirs, ranks);
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

  private Run reshard(String target, Object... options) {
    var args =
        new ArrayList<Object>(List.of("reshard", ranks, folder.resolve(target), "--no-sync"));
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    return run;
  }

  @Test
  void keepsEachRanksOwnWhereTheGridStays() throws IOException {
    edit(ModuleStatesTest::measured);
    Run run = reshard("same");
    assertFalse(run.err().contains("states of"), run.err());
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
    Run run = reshard("four", "--pp", 4);
    assertFalse(run.err().contains("states of"), run.err());
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
    Run run = reshard("wide", "--tp", 4);
    assertTrue(run.err().contains("states of 18 modules ('model.decoder.layers.0."), run.err());
    assertTrue(run.err().contains("as tensor-parallel rank 0 has them"), run.err());
    byte[] first = EditedStates.of(file(ranks, 0, 1)).get("model.decoder.layers.1." + QKV);
    for (int tensor = 0; tensor < 4; tensor++) {
      var found = EditedStates.of(file(folder.resolve("wide"), tensor, 1));
      assertArrayEquals(first, found.get("model.decoder.layers.1." + QKV));
    }
  }

  @Test
  void putsThemIntoArraysFilesAndBack() throws IOException {
    edit(ModuleStatesTest::measured);
    Run run = reshard("arrays", "--layout", "distributed");
    assertTrue(run.err().contains("arrays have one for all ranks"), run.err());
    Path state = folder.resolve("arrays/model_weights/model.decoder.layers." + QKV);
    byte[] expected = EditedStates.of(file(ranks, 0, 1)).get("model.decoder.layers.0." + QKV);
    String sums = Run.of("verify", folder.resolve("arrays"), "--sums").out();
    assertTrue(
        sums.contains(
            "\tU8\t[" + expected.length + "]\tmodel.decoder.layers." + QKV + "/shard_2_4\n"),
        sums);
    assertTrue(Files.exists(state.resolve("shard_2_4.pt")));
    Path back = folder.resolve("back");
    Run.reshard(
        folder.resolve("arrays"),
        back,
        "--layout",
        "ranks",
        "--tp",
        1,
        "--pp",
        2,
        "--vocab-size",
        250);
    assertArrayEquals(
        expected, EditedStates.of(file(back, 0, 1)).get("model.decoder.layers.0." + QKV));
  }

  @Test
  void saysThatTheyAreLeftOutWhereTheTargetHasNoPlaceForThem() throws IOException {
    edit(ModuleStatesTest::measured);
    Path out = folder.resolve("hf");
    Run run = Run.of("convert", ranks, out, "--vocab-size", 250, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("are left out"), run.err());
  }

  /** As Transformer Engine 2.4 and later writes them where nothing was measured. */
  @Test
  void carriesStatesOfNoBytesEverywhereWithoutAWord() throws IOException {
    edit((tensor, stage, name) -> new byte[0]);
    for (Object[] options :
        new Object[][] {
          {"--tp", 1, "--pp", 1, "--vocab-size", 250},
          {"--tp", 4, "--pp", 4},
          {"--layout", "distributed"}
        }) {
      String target = "t" + options.length;
      Run run = reshard(target + options[1], options);
      assertFalse(run.err().contains("states of"), run.err());
      Path written = folder.resolve(target + options[1]);
      assertEquals(0, Run.of("verify", written).code());
      assertEquals(0, Run.of("diff", written, ranks).code());
      assertTrue(
          Run.of("verify", written, "--sums").out().contains("\tU8\t[0]\tmodel.decoder.layers."));
    }
  }

  @Test
  void takesAStateOfAnotherKindOnEveryRank() throws IOException {
    edit((tensor, stage, name) -> tensor == 0 ? Constant.NONE : new byte[tensor + stage]);
    assertEquals(0, Run.of("verify", ranks).code());
    reshard("same");
    assertEquals(
        EditedStates.of(file(ranks, 1, 1)).keySet(),
        EditedStates.of(file(folder.resolve("same"), 1, 1)).keySet());
    assertTrue(EditedStates.of(file(folder.resolve("same"), 0, 1)).isEmpty());
  }

  /** Megatron-Core saves Transformer Engine's attention too, which has no parameters. */
  @Test
  void keepsTheStatesOfModulesWithoutParametersInArrays() throws IOException {
    Path arrays = folder.resolve("arrays");
    reshard("arrays", "--layout", "distributed", "--tp", 1, "--pp", 1, "--vocab-size", 250);
    String module = "model.decoder.layers.self_attention.core_attention._extra_state";
    Path states = Files.createDirectory(arrays.resolve("model_weights").resolve(module));
    for (int layer = 0; layer < 4; layer++) {
      Files.write(
          states.resolve("shard_" + layer + "_4.pt"), EditedStates.file((byte) layer, (byte) 7));
    }
    Path two = folder.resolve("two");
    Run.reshard(arrays, two, "--tp", 2);
    assertTrue(Files.exists(two.resolve("model_weights").resolve(module).resolve("shard_3_4.pt")));
    Path cut = folder.resolve("cut");
    Run.reshard(two, cut, "--layout", "ranks", "--pp", 2);
    assertArrayEquals(
        new byte[] {3, 7},
        EditedStates.of(file(cut, 1, 1))
            .get("model.decoder.layers.1.self_attention.core_attention._extra_state"));
  }
}
