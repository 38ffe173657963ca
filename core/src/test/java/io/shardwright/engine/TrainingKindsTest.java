package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kinds of trainings of which there is no file by the real tools: made here by NeMo's rules. */
class TrainingKindsTest {
  private static final String STEP = "gpt--step=4.ckpt";

  @TempDir Path folder;

  @Test
  void mastersOfHalfPrecisionFollowTheirParameters() throws IOException {
    Path source = folder.resolve("source").resolve(STEP);
    TrainingFiles.rewrite(gptFile(), source, TrainingKindsTest::withMasters);
    Path four = folder.resolve("four");
    Path back = folder.resolve("back");
    Order.of(source, four).grid(2, 2).vocab(250).done();
    Order.of(four, back).grid(1, 1).vocab(250).done();
    var found = Checkpoints.found(back);
    assertEquals(Checkpoints.found(source), found);
    assertTrue(found.stream().anyMatch(l -> l.contains("optimizer.state.fp32_param.")), "" + found);
  }

  /** The wrapper that NeMo puts around an optimizer; the moments serve as masters. */
  private static Dict withMasters(Dict root) {
    var list = (Sequence) TrainingFiles.get(root, "optimizer_states");
    Dict plain = (Dict) list.items().get(0);
    var states = ((Dict) TrainingFiles.get(plain, "state")).entries();
    var masters = new Sequence();
    for (PickleValue group : ((Sequence) TrainingFiles.get(plain, "param_groups")).items()) {
      var own = new Sequence();
      for (PickleValue index : ((Sequence) TrainingFiles.get(group, "params")).items()) {
        int at = ((Int) index).value().intValue();
        own.items().add(TrainingFiles.get(states.get(at).value(), "exp_avg"));
      }
      masters.items().add(own);
    }
    var wrapped = new Dict();
    wrapped.put(new Text("optimizer"), plain).put(new Text("fp32_from_fp16_params"), masters);
    list.items().set(0, wrapped);
    return root;
  }

  @Test
  void readsAnInterleavedPipelineInItsOwnLayerOrder() throws IOException {
    Path source = InterleavedTraining.write(gptFile(), folder.resolve("source"), STEP);
    Path plain = folder.resolve("plain.nemo");
    Path found = folder.resolve("found.nemo");
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("x/t.model"));
    Order.of(gptFile(), plain).tokenizer(tokenizer).to(TargetFormat.NEMO).tried().assertDone();
    Order.of(source, found)
        .tokenizer(tokenizer)
        .grid(1, 1)
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone();
    assertEquals(Checkpoints.found(plain), Checkpoints.found(found));
    Attempt.open(source).assertDone("optimizer(false)");
    Order.of(source, folder.resolve("kept"))
        .tp(2)
        .tried()
        .assertRefused(Kind.INPUT, "optimizer(false)");
  }

  @Test
  void anInterleavedPipelineHasItsMomentsAndMasters() throws IOException {
    Path source = folder.resolve("source").resolve(STEP);
    TrainingFiles.rewrite(gptFile(), source, TrainingKindsTest::withMasters);
    Path four = folder.resolve("four");
    Path plain = folder.resolve("plain");
    Path back = folder.resolve("back");
    Order.of(source, four).grid(2, 2).vp(2).vocab(250).done();
    var found = Checkpoints.found(four);
    assertTrue(found.stream().anyMatch(l -> l.contains("fp32_param.model.language")), "" + found);
    Order.of(four, plain).grid(1, 4).vp(1).vocab(250).done();
    Order.of(plain, back).grid(1, 1).vocab(250).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
  }

  @Test
  void arraysOfATrainingKeepTheirOptimizer() throws IOException {
    Path source = arrays();
    Path two = folder.resolve("two");
    Path back = folder.resolve("back");
    Order.of(source, two).tp(2).done();
    Order.of(two, back).tp(1).vocab(250).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
    Path nemo = folder.resolve("out.nemo");
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("x/t.model"));
    Order.of(two, nemo).tp(1).tokenizer(tokenizer).to(TargetFormat.NEMO).tried().assertDone();
    assertEquals(Checkpoints.expected("llama-gqa-tp1.nemo"), Checkpoints.found(nemo));
  }

  @Test
  void arraysOfATrainingGetNoStatesThatItsOptimizerHasNot() throws IOException {
    Path source = arrays();
    var expected = states(source);
    assertEquals(5, expected.size());
    int number = 0;
    for (UnaryOperator<Order> options :
        List.<UnaryOperator<Order>>of(
            order -> order.tp(2),
            order -> order.pp(2),
            order -> order.dtype(DType.BFLOAT16).lossy(),
            order -> order)) {
      Path target = folder.resolve("target" + number);
      options.apply(Order.of(source, target)).done();
      assertEquals(expected, states(target), "target " + number++);
    }
  }

  /** A state that somebody else's optimizer kept all the same is not lost. */
  @Test
  void arraysOfATrainingKeepAStateThatItsOptimizerHas() throws IOException {
    Path source = arrays();
    String module = "model.decoder.final_layernorm._extra_state/shard_0_1.pt";
    Path step = source.resolve("llama--step=3");
    copy(step.resolve(module), step.resolve("optimizer.state.exp_avg." + module));
    Path target = folder.resolve("target");
    Order.of(source, target).tp(2).done();
    assertEquals(6, states(source).size());
    assertEquals(states(source), states(target));
  }

  @Test
  void refusesToMakeRankFilesOfArraysWhoseOptimizerHasNoGroups() throws IOException {
    Path source = arrays();
    Path target = folder.resolve("ranks");
    Order.of(source, target)
        .layout(WeightLayout.RANKS)
        .tp(2)
        .vocab(250)
        .tried()
        .assertRefused(Kind.INPUT, "param_groups");
    assertTrue(Files.notExists(target));
  }

  private static List<String> states(Path training) throws IOException {
    try (var walk = Files.walk(training)) {
      return walk.filter(path -> path.toString().endsWith("._extra_state"))
          .map(path -> training.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void skipsAnUnfinishedStepOfArraysAndSaysSo() throws IOException {
    Path source = arrays();
    Path step = source.resolve("llama--step=3");
    try (var walk = Files.walk(step)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        copy(file, source.resolve("llama--step=7").resolve(step.relativize(file).toString()));
      }
    }
    assertTrue(Attempt.verify(source).said().contains("'llama--step=7' is read"));
    Files.createFile(source.resolve("llama--step=7-unfinished"));
    Attempt.verify(source)
        .assertDone("'llama--step=7-unfinished' is beside it", "'llama--step=3' is read");
    Attempt.verify(source.resolve("llama--step=7")).assertRefused(Kind.INPUT);
  }

  /** A Megatron-Core training with moments and masters; the weights serve as both. */
  private Path arrays() throws IOException {
    Path unpacked = folder.resolve("unpacked");
    Order.of(Checkpoints.copy("llama-gqa-tp1.nemo", folder), unpacked).done();
    Path step = folder.resolve("arrays").resolve("llama--step=3");
    Path weights = unpacked.resolve("model_weights");
    Files.createDirectories(step.getParent());
    try (var walk = Files.walk(weights)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        String name = weights.relativize(file).toString();
        copy(file, step.resolve(name));
        if (name.startsWith("model.") && !name.contains("_extra_state")) {
          for (String kind : List.of("exp_avg", "exp_avg_sq", "fp32_param")) {
            copy(file, step.resolve("optimizer.state." + kind + "." + name));
          }
        }
      }
    }
    var config = new Dict();
    for (String line : Files.readAllLines(unpacked.resolve("model_config.yaml"))) {
      String[] parts = line.split(": ");
      if (parts.length == 2 && !line.startsWith(" ")) {
        config.put(new Text(parts[0]), scalar(parts[1]));
      }
    }
    config.put(new Text("tokenizer"), new Dict().put(new Text("model"), new Text("/none/t.model")));
    var common =
        new Dict()
            .put(new Text("global_step"), Int.of(3))
            .put(new Text("optimizer_states"), new Sequence())
            .put(new Text("hyper_parameters"), new Dict().put(new Text("cfg"), config));
    Files.write(step.resolve("common.pt"), ExtraState.file("common", common));
    return folder.resolve("arrays");
  }

  private static void copy(Path file, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Files.copy(file, target);
  }

  @Test
  void refusesADistributedOptimizersShardsByName() throws IOException {
    Path source = folder.resolve("source").resolve(STEP);
    TrainingFiles.rewrite(gptFile(), source, root -> first(root, "gathered_states"));
    Order.of(source, folder.resolve("out"))
        .tp(2)
        .vocab(250)
        .tried()
        .assertRefused(Kind.INPUT, "gathered_states");
    Order.of(source, folder.resolve("without")).tp(2).vocab(250).withoutOptimizer().done();
  }

  private static Dict first(Dict root, String key) {
    var list = (Sequence) TrainingFiles.get(root, "optimizer_states");
    TrainingFiles.set((Dict) list.items().get(0), key, new Sequence());
    return root;
  }

  @Test
  void neverCarriesACallThatWouldRunCode() throws IOException {
    Path source = folder.resolve("source").resolve(STEP);
    var call = Call.reduce(new Global("os", "system"), new Text("true"));
    TrainingFiles.rewrite(gptFile(), source, root -> TrainingFiles.set(root, "callbacks", call));
    Path out = folder.resolve("out");
    for (Order order :
        List.of(Order.of(source, out), Order.of(source, out).to(TargetFormat.NEMO))) {
      Attempt run = order.tp(2).tried().assertRefused(Kind.SAFETY);
      assertTrue(run.said().contains("os.system") || run.said().contains("posix"), run.said());
      assertFalse(Files.exists(out));
    }
  }

  @Test
  void carriesWhatItDoesNotUnderstand() throws IOException {
    Path source = folder.resolve("source").resolve(STEP);
    var odd =
        new Call(
            Call.Kind.NEWOBJ,
            new Global("my.own", "Thing"),
            PickleValue.Tuple.of(Int.of(5)),
            PickleValue.Constant.NONE);
    odd.entries().add(new Entry(new Text("a"), Int.of(1)));
    TrainingFiles.rewrite(gptFile(), source, root -> TrainingFiles.set(root, "odd", odd));
    Path out = folder.resolve("out");
    Order.of(source, out).tp(2).vocab(250).done();
    try (var file = new FileSource(out.resolve("mp_rank_01").resolve(STEP), STEP)) {
      Call found =
          (Call) TrainingFiles.get(TorchFile.open(file, Guard.standard()).document().root(), "odd");
      assertEquals(odd.callable(), found.callable());
      assertEquals(
          ((PickleValue.Tuple) odd.args()).items(), ((PickleValue.Tuple) found.args()).items());
      assertEquals(odd.entries(), found.entries());
    }
  }

  private Path gptFile() throws IOException {
    Path file = folder.resolve("ckpt-gpt-tp1").resolve(TrainingFiles.GPT);
    return Files.exists(file) ? file : TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT);
  }

  private static PickleValue scalar(String text) {
    if (text.matches("true|false")) {
      return text.equals("true") ? Constant.TRUE : Constant.FALSE;
    }
    if (text.equals("null")) {
      return Constant.NONE;
    }
    return text.matches("[0-9]+") ? Int.of(Long.parseLong(text)) : new Text(text);
  }
}
