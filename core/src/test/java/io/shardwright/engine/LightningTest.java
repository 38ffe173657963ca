package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
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
    Order.of(theirs, unpacked).done();
    assertEquals(
        Files.readString(unpacked.resolve("model_config.yaml")),
        Files.readString(ours.resolve("model_config.yaml")));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void goesStraightToAnyTensorSize(int size) throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path straight = convert(source, "straight.nemo", order -> order.tp(size));
    Path stepwise = folder.resolve("stepwise.nemo");
    Order.of(convert(source, "two.nemo"), stepwise).tp(size).done();
    assertEquals(Checkpoints.found(stepwise), Checkpoints.found(straight));
  }

  @Test
  void reshardingTheVitWithItsOptimizerThereAndBackIsTheIdentity() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path one = folder.resolve("one");
    Path back = folder.resolve("back");
    Order.of(source, one).tp(1).done();
    assertTrue(Files.exists(one.resolve(TrainingFiles.VIT)));
    Order.of(one, back).tp(2).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
    assertTrue(Checkpoints.found(back).stream().anyMatch(l -> l.contains("exp_avg_sq")));
  }

  @Test
  void reshardingTheGptOverStagesAndBackIsTheIdentity() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path four = folder.resolve("four");
    Path back = folder.resolve("back");
    Order.of(source, four).grid(2, 2).vocab(250).done();
    assertTrue(Files.exists(four.resolve("tp_rank_01_pp_rank_001").resolve(TrainingFiles.GPT)));
    Order.of(four, back).grid(1, 1).vocab(250).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
  }

  @Test
  void leavesTheOptimizerOutWhereAsked() throws IOException {
    Path out = folder.resolve("out");
    Order.of(TrainingFiles.vit(folder), out).tp(1).withoutOptimizer().done();
    assertTrue(Checkpoints.found(out).stream().noneMatch(line -> line.contains("exp_avg")));
  }

  @Test
  void saysWhichStepItWouldReadWhereItAsksForTheTokenizer() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    String newer = "megatron_gpt--val_loss=3.00-step=6-consumed_samples=48.0";
    Files.copy(source.resolve(TrainingFiles.GPT), source.resolve(newer + ".ckpt"));
    Files.createFile(source.resolve(newer + "-unfinished"));
    var order = Order.of(source, folder.resolve("out.nemo"));
    for (Attempt run : List.of(order.planned(), order.to(TargetFormat.NEMO).tried())) {
      run.assertRefused(Kind.INPUT);
      assertTrue(run.said().contains("'" + newer + "-unfinished' is beside it"), run.said());
      assertTrue(run.said().contains("'" + TrainingFiles.GPT + "' is read"), run.said());
    }
  }

  @Test
  void asksForTheTokenizerThatTheConfigurationNames() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path out = folder.resolve("out.nemo");
    Order.of(source, out)
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.INPUT, "tokenizer.model is '", "tokenizerModel");
    assertFalse(Files.exists(out));
  }

  @Test
  void packsTheTokenizerUnderTheHashOfItsContents() throws IOException {
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("x/tokenizer.model"));
    Path out =
        convert(TrainingFiles.gpt(folder), "out", order -> order.tokenizer(tokenizer).grid(2, 2));
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
    Path out = convert(source, "out", order -> order.hparams(hparams));
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
    Attempt run = Order.of(source, out).to(TargetFormat.NEMO).tried();
    run.assertRefused(Kind.INPUT);
    assertTrue(run.said().contains(code) && run.said().contains(part), run.said());
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
    Order.of(source, folder.resolve("out.nemo"))
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone("'n-step=10.ckpt' is incomplete", "'a b--x=1-step=9-last.ckpt' is read");
    convert(source, "named.nemo", order -> order.checkpoint("a b--x=1-step=9-last"));
    convert(source, "number.nemo", order -> order.step(2));
    Attempt none =
        Order.of(source, folder.resolve("none.nemo")).step(5).to(TargetFormat.NEMO).tried();
    none.assertRefused(Kind.INPUT, "'older-step=2.ckpt'");
    Order.of(source, folder.resolve("none.nemo"))
        .step(10)
        .to(TargetFormat.NEMO)
        .tried()
        .assertRefused(Kind.INPUT, "rank tp 0 pp 0 has no file");
  }

  private Path convert(Path source, String name) {
    return convert(source, name, order -> order);
  }

  private Path convert(Path source, String name, UnaryOperator<Order> options) {
    return options.apply(Order.of(source, folder.resolve(name)).to(TargetFormat.NEMO)).done();
  }

  /** A step counts what training has done: it belongs to the checkpoint as the moments do. */
  @Test
  void sumsEveryTensorAlsoThoseThatAreNoParameters() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    var lines = Checkpoints.found(source);
    long moments =
        lines.stream().filter(line -> line.contains("\toptimizer.state.exp_avg.")).count();
    long steps =
        lines.stream()
            .filter(
                line ->
                    line.matches(
                        ".*\toptimizer_states\\.0\\.state\\.\\d+\\.step\tfloat32\t\\[\\]"
                            + "\t[0-9a-f]{64}"))
            .count();
    assertTrue(steps > 0);
    assertEquals(moments, steps);
    assertEquals(lines.size(), lines.stream().distinct().count());
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(source)) {
      String all = checkpoint.tensors().toString();
      assertTrue(all.contains("optimizer_states.0.state.0.step"), all);
    }
    Path two = folder.resolve("two");
    Order.of(source, two).tp(2).done();
    var kept = Checkpoints.found(two);
    assertEquals(2 * steps, kept.stream().filter(line -> line.contains(".step\t")).count());
  }
}
