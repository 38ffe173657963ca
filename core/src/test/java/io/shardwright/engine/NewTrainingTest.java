package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings of Megatron's that become NeMo 1's: what is around the tensors, and what is refused.
 */
class NewTrainingTest {
  private static final String NAME = "megatron_gpt--step=7-consumed_samples=56.0";

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /** A training of the tiny LLaMA with a schedule. */
  private Path trained(DType type, String style) {
    Path source = TinyExperts.write(TinyExperts.Kind.LLAMA, new Random(3), folder.resolve("hf"));
    Path model = folder.resolve("model");
    Order.of(source, model)
        .to(MegatronCircleTest.TORCH_DIST)
        .vocab(TinyExperts.VOCABULARY)
        .dtype(type)
        .done();
    Obj schedule =
        Obj.empty()
            .put("lr_decay_style", new Str(style))
            .put("max_lr", new Num("0.01"))
            .put("min_lr", new Num("0.001"))
            .put("num_steps", Num.of(56))
            .put("lr_warmup_steps", Num.of(16))
            .put("lr_decay_steps", Num.of(800));
    var form = TinyTraining.Form.FULLY_RESHARDABLE;
    return TinyTraining.in(
        model,
        form,
        new Random(4),
        key -> true,
        common -> {
          common.putAt("args.consumed_train_samples", Num.of(56));
          common.putAt("args.global_batch_size", Num.of(8));
          common.put("opt_param_scheduler", schedule);
        });
  }

  private Order order(Path source, String target) {
    return Order.of(source, folder.resolve(target))
        .to(TargetFormat.LIGHTNING)
        .vocab(TinyExperts.VOCABULARY);
  }

  @Test
  void aTrainingComesBackFromNemosArrays() throws IOException {
    Path model = trained(DType.BFLOAT16, "cosine");
    Path arrays = order(model, "arrays").grid(3, 2).done();
    assertTrue(Checkpoints.diff(model, arrays).same());
    try (var opened = Checkpoints.SHARDWRIGHT.open(arrays)) {
      var found = opened.outline().optimizer().orElseThrow();
      assertEquals(OptionalLong.of(7), found.step());
      assertEquals(OptionalLong.of(56), found.consumedSamples());
      assertEquals(List.of("exp_avg", "exp_avg_sq", "fp32_param"), found.states());
    }
    Path back = folder.resolve("back");
    order(arrays, "back").to(MegatronCircleTest.TORCH_DIST).grid(1, 1).vp(1).done();
    assertEquals(found(model), found(back));
  }

  /** What Lightning says besides is that of the source. */
  @Test
  void arraysBecomeFilesOfRanksAndBack() {
    Path arrays = order(trained(DType.BFLOAT16, "cosine"), "arrays").done();
    Path ranks = order(arrays, "ranks").layout(WeightLayout.RANKS).grid(3, 2).done();
    assertEquals(
        "[" + NAME + ".ckpt]", Checkpoints.names(ranks.resolve("tp_rank_02_pp_rank_001")) + "");
    Path back = order(ranks, "back").layout(WeightLayout.DISTRIBUTED).grid(1, 1).done();
    assertEquals(found(arrays), found(back));
    assertEquals(
        common(arrays.resolve(NAME).resolve("common.pt")),
        common(back.resolve(NAME).resolve("common.pt")));
  }

  @Test
  void whatLightningSaysOfItIsThere() throws IOException {
    Path arrays = order(trained(DType.BFLOAT16, "cosine"), "arrays").done();
    Obj common = common(arrays.resolve(NAME).resolve("common.pt"));
    assertEquals(Optional.of(Num.of(7)), common.get("global_step"));
    Obj optimizer = (Obj) first(common, "optimizer_states");
    Obj plain = (Obj) optimizer.get("optimizer").orElseThrow();
    assertEquals(List.of("param_groups"), List.copyOf(plain.fields().keySet()));
    Obj groups = (Obj) first(plain, "param_groups");
    assertEquals(Optional.of(Num.of(7)), groups.get("step"));
    assertEquals(Optional.of(new Num("0.01")), groups.get("weight_decay"));
    Obj schedule = (Obj) first(common, "lr_schedulers");
    assertEquals(Optional.of(Num.of(7)), schedule.get("last_epoch"));
    assertEquals(Optional.of(Num.of(2)), schedule.get("warmup_steps"));
    assertEquals(Optional.of(Num.of(100)), schedule.get("max_steps"));
  }

  private static JsonValue first(Obj dict, String key) {
    return ((Arr) dict.get(key).orElseThrow()).items().get(0);
  }

  /** The values that name no node of a configuration. */
  private static Obj common(Path file) {
    Obj common = Obj.empty();
    try (var source = new FileSource(file, file.toString())) {
      var torch = TorchFile.open(source, Guard.standard());
      for (Entry entry : ((Dict) torch.document().root()).entries()) {
        if (!entry.name().equals("hyper_parameters")) {
          common.put(entry.name(), TorchTree.of(torch, entry.value(), Guard.standard()));
        }
      }
    }
    return common;
  }

  @Test
  void aTrainingComesBackFromFilesOfRanksInTheOlderNaming() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path megatron = folder.resolve("megatron");
    Order.of(source, megatron).to(MegatronCircleTest.MEGATRON).grid(2, 1).vocab(250).done();
    Path back = folder.resolve("back");
    Order.of(megatron, back)
        .to(TargetFormat.LIGHTNING)
        .naming(Naming.LEGACY)
        .grid(2, 2)
        .vp(2)
        .vocab(250)
        .done();
    Path plain = folder.resolve("plain");
    Order.of(back, plain).grid(1, 1).vp(1).vocab(250).done();
    assertEquals(found(source), found(plain));
  }

  /** Without the file's name. */
  private static List<String> found(Path checkpoint) {
    return Checkpoints.found(checkpoint).stream()
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .filter(line -> !line.startsWith("callbacks"))
        .toList();
  }

  @Test
  void aParameterIn32BitsHasNoMasterInNemo() {
    Path model = trained(DType.FLOAT32, "linear");
    Path ranks = order(model, "ranks").layout(WeightLayout.RANKS).grid(3, 1).done();
    assertTrue(Checkpoints.found(ranks).stream().noneMatch(line -> line.contains("fp32_param")));
    Path back = folder.resolve("back");
    order(ranks, "back")
        .to(MegatronCircleTest.TORCH_DIST)
        .grid(1, 1)
        .with(p -> p.gridOptions(OptimizerCircleTest.form("fully_reshardable", 19)))
        .done();
    assertEquals(found(model), found(back));
  }

  @Test
  void saysWhereNemoHasNoSuchSchedule() {
    order(trained(DType.BFLOAT16, "inverse-square-root"), "arrays")
        .tried()
        .assertDone(
            "no lr_schedulers are written", "'inverse-square-root'", "optim.name=fused_adam");
  }

  @Test
  void refusesWeightsWithoutATraining() throws IOException {
    order(TinyExperts.write(TinyExperts.Kind.LLAMA, new Random(3), folder.resolve("hf")), "x")
        .tried()
        .assertRefused(Kind.INPUT, "not a checkpoint of a training with its optimizer");
  }
}
