package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints of real trainings. */
class LightningTest {
  private static final String RANK = "mp_rank_01";

  @TempDir Path folder;

  @Test
  void turnsATrainingIntoNemosOwnArchive() throws IOException {
    Path theirs = TrainingFiles.resource("vit-from-ckpt-tp2.nemo", folder.resolve("theirs.nemo"));
    Path ours = convert(TrainingFiles.vit(folder), "ours");
    assertEquals(Checkpoints.found(theirs), Checkpoints.found(ours));
    Path unpacked = folder.resolve("unpacked");
    Run.reshard(theirs, unpacked);
    assertEquals(
        Files.readString(unpacked.resolve("model_config.yaml")),
        Files.readString(ours.resolve("model_config.yaml")));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void goesStraightToAnyTensorSize(int size) throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path straight = convert(source, "straight.nemo", "--tp", size);
    Path stepwise = folder.resolve("stepwise.nemo");
    Run.reshard(convert(source, "two.nemo"), stepwise, "--tp", size);
    assertEquals(Checkpoints.found(stepwise), Checkpoints.found(straight));
  }

  @Test
  void nemosOwnFlagsDoTheSame() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path ours = convert(source, "ours.nemo");
    for (String command : new String[] {"convert_ckpt_to_nemo", "megatron_ckpt_to_nemo"}) {
      Path out = folder.resolve(command + ".nemo");
      Run run =
          Run.of(
              command,
              "--checkpoint_folder=" + source,
              "--checkpoint_name=" + TrainingFiles.VIT,
              "--nemo_file_path=" + out,
              "--tensor_model_parallel_size=2",
              "--pipeline_model_parallel_size=1",
              "--model_type=vit_classification",
              "--gpus_per_node=2",
              "--local_rank=0",
              "--bcp");
      assertEquals(0, run.code(), run.err());
      assertArrayEquals(Files.readAllBytes(ours), Files.readAllBytes(out));
    }
  }

  @Test
  void reshardingTheVitWithItsOptimizerThereAndBackIsTheIdentity() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path one = folder.resolve("one");
    Path back = folder.resolve("back");
    Run.reshard(source, one, "--tp", 1);
    assertTrue(Files.exists(one.resolve(TrainingFiles.VIT)));
    Run.reshard(one, back, "--tp", 2);
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
    assertTrue(Checkpoints.found(back).stream().anyMatch(l -> l.contains("exp_avg_sq")));
  }

  @Test
  void reshardingTheGptOverStagesAndBackIsTheIdentity() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path four = folder.resolve("four");
    Path back = folder.resolve("back");
    Run.reshard(source, four, "--tp", 2, "--pp", 2, "--vocab-size", 250);
    assertTrue(Files.exists(four.resolve("tp_rank_01_pp_rank_001").resolve(TrainingFiles.GPT)));
    Run.reshard(four, back, "--tp", 1, "--pp", 1, "--vocab-size", 250);
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
  }

  @Test
  void leavesTheOptimizerOutWhereAsked() throws IOException {
    Path out = folder.resolve("out");
    Run.reshard(TrainingFiles.vit(folder), out, "--tp", 1, "--no-optimizer");
    assertTrue(Checkpoints.found(out).stream().noneMatch(line -> line.contains("exp_avg")));
  }

  @Test
  void saysWhichStepItWouldReadWhereItAsksForTheTokenizer() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    String newer = "megatron_gpt--val_loss=3.00-step=6-consumed_samples=48.0";
    Files.copy(source.resolve(TrainingFiles.GPT), source.resolve(newer + ".ckpt"));
    Files.createFile(source.resolve(newer + "-unfinished"));
    for (String command : new String[] {"convert", "plan"}) {
      Run run = Run.of(command, source, folder.resolve("out.nemo"));
      assertEquals(3, run.code(), run.err());
      assertTrue(run.err().contains("'" + newer + "-unfinished' is beside it"), run.err());
      assertTrue(run.err().contains("'" + TrainingFiles.GPT + "' is read"), run.err());
    }
  }

  @Test
  void asksForTheTokenizerThatTheConfigurationNames() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("convert", source, out);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("tokenizer.model is '"), run.err());
    assertTrue(run.err().contains("--tokenizer-model"), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void packsTheTokenizerUnderTheHashOfItsContents() throws IOException {
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("x/tokenizer.model"));
    Path out =
        convert(
            TrainingFiles.gpt(folder), "out", "--tokenizer-model", tokenizer, "--tp", 2, "--pp", 2);
    String config = Files.readString(out.resolve("model_config.yaml"));
    String link = config.lines().filter(l -> l.contains("nemo:")).findFirst().orElseThrow();
    String name = link.substring(link.indexOf("nemo:") + 5);
    assertTrue(name.matches("[0-9a-f]{32}_tokenizer\\.model"), name);
    assertArrayEquals(Files.readAllBytes(tokenizer), Files.readAllBytes(out.resolve(name)));
  }

  @Test
  void takesAnotherConfigurationFromAFile() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path plain = convert(source, "plain");
    String config = Files.readString(plain.resolve("model_config.yaml"));
    String nested = config.replaceAll("(?m)^", "  ").replace("seed: 1234", "seed: ${.num_layers}");
    Path hparams = Files.writeString(folder.resolve("hparams.yaml"), "cfg:\n" + nested);
    Path out = convert(source, "out", "--hparams-file", hparams);
    assertEquals(
        config.replace("seed: 1234", "seed: 3"),
        Files.readString(out.resolve("model_config.yaml")));
  }

  @Test
  void namesTheRankThatHasNoFile() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Files.delete(source.resolve(RANK).resolve(TrainingFiles.VIT));
    assertRefused("SW-110", "none of rank tp 1 pp 0", source);
  }

  @Test
  void namesTheRankWhoseFileIsCut() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path file = source.resolve(RANK).resolve(TrainingFiles.VIT);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100_000));
    assertRefused("SW-110", "tp 1 pp 0", source);
  }

  @Test
  void refusesRanksOfDifferentSteps() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path file = source.resolve(RANK).resolve(TrainingFiles.VIT);
    TrainingFiles.rewrite(file, file, root -> TrainingFiles.set(root, "global_step", Int.of(7)));
    assertRefused("SW-111", "global_step is 7, expected 0", source);
  }

  private void assertRefused(String code, String part, Path source) {
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("convert", source, out);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains(code) && run.err().contains(part), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void takesTheNewestWholeStepAndSaysWhichIsNot() throws IOException {
    Path source = TrainingFiles.vit(folder);
    for (String rank : new String[] {"mp_rank_00", RANK}) {
      Path file = source.resolve(rank).resolve(TrainingFiles.VIT);
      Files.copy(file, source.resolve(rank).resolve("a b--x=1-step=9-last.ckpt"));
      Files.copy(file, source.resolve(rank).resolve("older-step=2.ckpt"));
    }
    Files.copy(
        source.resolve(RANK).resolve(TrainingFiles.VIT),
        source.resolve(RANK).resolve("n-step=10.ckpt"));
    Run run = Run.of("convert", source, folder.resolve("out.nemo"));
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("'n-step=10.ckpt' is not whole"), run.err());
    assertTrue(run.err().contains("'a b--x=1-step=9-last.ckpt' is read"), run.err());
    convert(source, "named.nemo", "--checkpoint-name", "a b--x=1-step=9-last");
    convert(source, "number.nemo", "--step", 2);
    Run none = Run.of("convert", source, folder.resolve("none.nemo"), "--step", 5);
    assertEquals(3, none.code(), none.err());
    assertTrue(none.err().contains("'older-step=2.ckpt'"), none.err());
    Run broken = Run.of("convert", source, folder.resolve("none.nemo"), "--step", 10);
    assertEquals(3, broken.code(), broken.err());
    assertTrue(broken.err().contains("rank tp 0 pp 0 has no file"), broken.err());
  }

  private Path convert(Path source, String name, Object... options) {
    Path target = folder.resolve(name);
    var args = new java.util.ArrayList<Object>(List.of("convert", source, target, "--no-sync"));
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    return target;
  }

  /** A step counts what training has done: it belongs to the checkpoint as the moments do. */
  @Test
  void sumsEveryTensorAlsoThoseThatAreNoParameters() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    var lines = Run.of("verify", source, "--sums").out().lines().toList();
    long moments =
        lines.stream().filter(line -> line.contains("\toptimizer.state.exp_avg.")).count();
    long steps =
        lines.stream()
            .filter(
                line ->
                    line.matches(
                        "[0-9a-f]{64}\tF32\t\\[\\]\toptimizer_states\\.0\\.state\\.\\d+\\.step"))
            .count();
    assertTrue(steps > 0);
    assertEquals(moments, steps);
    assertEquals(lines.size(), lines.stream().distinct().count());
    assertTrue(
        Run.of("inspect", source, "--tensors").out().contains("optimizer_states.0.state.0.step"));
    Path two = folder.resolve("two");
    Run.reshard(source, two, "--tp", 2);
    String kept = Run.of("verify", two, "--sums").out();
    assertEquals(2 * steps, kept.lines().filter(line -> line.endsWith(".step")).count());
  }
}
