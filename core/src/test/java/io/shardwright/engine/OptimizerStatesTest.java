package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of an optimizer in {@code torch_dist}, and what is refused. */
class OptimizerStatesTest {
  private static final String WEIGHT = "decoder.layers.mlp.linear_fc2.weight";

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private Path model;

  @BeforeEach
  void write() {
    Path source = TinyExperts.write(TinyExperts.Kind.LLAMA, new Random(3), folder.resolve("hf"));
    model = folder.resolve("model");
    Order.of(source, model).to(MegatronCircleTest.TORCH_DIST).vocab(TinyExperts.VOCABULARY).done();
  }

  private Path trained(Predicate<String> keys) {
    return TinyTraining.in(model, TinyTraining.Form.FULLY_RESHARDABLE, new Random(4), keys);
  }

  private Order order(String target) {
    return Order.of(model, folder.resolve(target)).vocab(TinyExperts.VOCABULARY);
  }

  @Test
  void saysWhatThereIsOfAnOptimizer() {
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(trained(key -> true))) {
      var found = checkpoint.outline().optimizer().orElseThrow();
      assertEquals(Optional.of("fully_reshardable"), found.kind());
      assertEquals(OptionalLong.of(7), found.step());
      assertEquals(List.of("exp_avg", "exp_avg_sq", "fp32_param"), found.states());
      var counted = checkpoint.summary().parameters().values();
      assertEquals(3 * 4 * counted.stream().mapToLong(Long::longValue).sum(), found.bytes());
    }
  }

  @Test
  void saysNothingOfAnOptimizerOfWeightsAlone() {
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(model)) {
      assertEquals(Optional.empty(), checkpoint.outline().optimizer());
    }
  }

  @Test
  void refusesAParameterWithoutAState() {
    trained(key -> !key.equals("optimizer.state.exp_avg_sq." + WEIGHT));
    order("target")
        .to(MegatronCircleTest.MEGATRON)
        .tried()
        .assertRefused(
            Kind.INPUT,
            "no 'exp_avg_sq' of 'decoder.layers.0.mlp.linear_fc2.weight'",
            "optimizer(false)");
    assertTrue(Files.notExists(folder.resolve("target")));
    assertThrows(CheckpointException.class, () -> Checkpoints.found(model));
  }

  /** As Megatron-Core stores them behind a padded bucket: each by so many elements too far. */
  @Test
  void refusesMastersThatLieElsewhere() {
    TinyTraining.shifted(model, new Random(4), 64);
    order("target")
        .to(MegatronCircleTest.MEGATRON)
        .tried()
        .assertRefused(Kind.INPUT, "is no master weight of", "shifted", "optimizer(false)");
    assertTrue(Files.notExists(folder.resolve("target")));
    order("target").to(MegatronCircleTest.MEGATRON).withoutOptimizer().done();
  }

  @Test
  void goesOnWithoutAnOptimizerWhereThatIsAskedFor() {
    trained(key -> !key.equals("optimizer.state.exp_avg_sq." + WEIGHT));
    Path target = order("target").to(MegatronCircleTest.MEGATRON).withoutOptimizer().done();
    assertTrue(Checkpoints.found(target).stream().noneMatch(line -> line.contains("optimizer.")));
  }

  @Test
  void refusesATargetThatCanNotKeepAnOptimizer() {
    trained(key -> true);
    for (TargetFormat format :
        List.of(TargetFormat.NEMO, TargetFormat.HUGGING_FACE, MegatronCircleTest.DCP)) {
      order("target")
          .to(format)
          .tried()
          .assertRefused(Kind.INPUT, "which the target's format can't keep", "optimizer(false)");
    }
  }

  /** Averages in 16 bits would lose what small gradients add to them. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
  void aCastLeavesAveragesAndMastersAsTheyAre(DType wanted) {
    trained(key -> true);
    Attempt run =
        order("target")
            .to(MegatronCircleTest.TORCH_DIST)
            .dtype(wanted)
            .lossy()
            .tried()
            .assertDone("--no-load-rng");
    Path target = folder.resolve("target");
    assertEquals(states(model), states(target));
    Set<String> types = new HashSet<>();
    Checkpoints.found(target).stream()
        .filter(line -> !line.contains("optimizer."))
        .forEach(line -> types.add(line.split("\t")[2]));
    assertEquals(Set.of(wanted.torchName()), types);
    assertEquals(wanted != DType.BFLOAT16, run.said().contains("stay float32"), run.said());
  }

  private static List<String> states(Path of) {
    return Checkpoints.found(of).stream().filter(line -> line.contains("optimizer.")).toList();
  }

  /** Megatron-LM shares the ranks of a stage out among experts too. */
  @Test
  void refusesRanksOfDataThatExpertsDoNotDivide() {
    var random = new Random(5);
    Path source = TinyExperts.write(TinyExperts.Kind.MIXTRAL, random, folder.resolve("experts"));
    Path whole = folder.resolve("whole");
    Order.of(source, whole).to(MegatronCircleTest.TORCH_DIST).vocab(TinyExperts.VOCABULARY).done();
    TinyTraining.in(whole, TinyTraining.Form.FULLY_RESHARDABLE, random);
    for (long ranks : List.of(1L, 2L)) {
      var run =
          Order.of(whole, folder.resolve("target" + ranks))
              .vocab(TinyExperts.VOCABULARY)
              .to(MegatronCircleTest.TORCH_DIST)
              .with(parts -> parts.expertModelParallelSize(2).expertTensorParallelSize(1))
              .with(parts -> parts.gridOptions(OptimizerCircleTest.buckets(ranks)))
              .tried();
      if (ranks == 1) {
        run.assertRefused(Kind.PLAN, "1 in number, are not divisible", "Choose 2, 4, 6, 8");
      } else {
        run.assertDone("");
      }
    }
  }

  /** Of a weight that is rounded otherwise than its master no buffer could be read again. */
  @Test
  void refusesFlatBuffersOfWeightsThatAreCast() throws IOException {
    trained(key -> true);
    order("target")
        .to(MegatronCircleTest.TORCH_DIST)
        .dtype(DType.FLOAT16)
        .lossy()
        .with(parts -> parts.gridOptions(OptimizerCircleTest.buckets(2)))
        .tried()
        .assertRefused(Kind.PLAN, "master weights, rounded, would not be the weights");
  }

  @Test
  void aTrainingIn32BitsHasItsWeightsAsMastersOfACast() {
    var random = new Random(8);
    Path source = TinyExperts.write(TinyExperts.Kind.LLAMA, random, folder.resolve("hf32"));
    Path wide = folder.resolve("wide");
    Order.of(source, wide)
        .to(MegatronCircleTest.TORCH_DIST)
        .vocab(TinyExperts.VOCABULARY)
        .dtype(DType.FLOAT32)
        .done();
    TinyTraining.in(
        wide, TinyTraining.Form.NON_DISTRIBUTED, random, key -> !key.contains("fp32_param"));
    Path target = folder.resolve("half");
    Order.of(wide, target).to(MegatronCircleTest.TORCH_DIST).dtype(DType.BFLOAT16).lossy().done();
    String master = "optimizer.state.param.";
    assertEquals(
        tails(wide, name -> !name.contains("optimizer."), ""),
        tails(target, name -> name.startsWith(master), master));
  }

  /** Names without what stands before them, types, shapes and sums. */
  private static List<String> tails(Path of, Predicate<String> which, String before) {
    return Checkpoints.found(of).stream()
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .filter(which)
        .map(line -> line.substring(before.length()))
        .toList();
  }

  @Test
  void refusesAnUnknownForm() throws IOException {
    trained(key -> true);
    order("target")
        .to(MegatronCircleTest.MEGATRON)
        .with(parts -> parts.gridOptions(OptimizerCircleTest.form("zero", 19)))
        .tried()
        .assertRefused(
            Kind.INPUT,
            "'zero' is unknown, expected one of fully_reshardable, dp_reshardable,"
                + " non_distributed");
  }

  @Test
  void aTrainingOfNemo2GoesOn() throws IOException {
    var made = Nemo2Root.in(folder);
    made.yaml(Nemo2Root.fields());
    TinyTraining.in(made.weights(), TinyTraining.Form.MODEL_SPACE, new Random(5));
    Path target = folder.resolve("nemo2-target");
    Order.of(made.root(), target).to(MegatronCircleTest.MEGATRON).grid(2, 1).done();
    assertTrue(Checkpoints.diff(made.root(), target).same());
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(target)) {
      var found = checkpoint.outline().optimizer().orElseThrow();
      assertEquals(Optional.of("fully_reshardable"), found.kind());
      assertEquals(OptionalLong.of(7), found.step());
    }
  }

  @Test
  void saysThatAnOptimizersTensorsAreAmongThoseThatAreWrittenAsTheyAre() {
    trained(key -> true);
    Order.of(model, folder.resolve("as-stored"))
        .to(TargetFormat.SAFETENSORS)
        .tried()
        .assertDone("the optimizer's tensors are written as the weights are");
    Path weights = folder.resolve("weights");
    Path without = Order.of(model, weights).to(TargetFormat.SAFETENSORS).withoutOptimizer().done();
    assertTrue(Checkpoints.found(without).stream().noneMatch(l -> l.contains("optimizer.")));
  }

  @Test
  void saysWhatAnArchiveLeavesOutOfATraining() throws IOException {
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("x/t.model"));
    Order.of(TrainingFiles.gpt(folder), folder.resolve("out.nemo"))
        .tokenizer(tokenizer)
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone("the optimizer's state is left out: ", " bytes of tensors");
  }

  @Test
  void aTrainingOfNemo1GoesOnInMegatronCore() throws IOException {
    Path training = TrainingFiles.gpt(folder);
    Path target = folder.resolve("nemo1-target");
    Order.of(training, target).to(MegatronCircleTest.MEGATRON).grid(2, 1).vocab(250).done();
    assertTrue(Checkpoints.diff(training, target).same());
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(target)) {
      var found = checkpoint.outline().optimizer().orElseThrow();
      assertEquals(Optional.of("non_distributed"), found.kind());
    }
  }
}
