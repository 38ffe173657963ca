package io.shardwright.engine;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that torch.distributed.checkpoint saved under the names of transformers. */
class DcpModelTest {
  @TempDir Path folder;
  private Path model;
  private Path dcp;

  @BeforeEach
  void save() throws IOException {
    Path root = MegatronRoot.in(folder).root();
    model = Order.of(root, folder.resolve("model")).to(TargetFormat.HUGGING_FACE).done();
    dcp = Files.createDirectories(folder.resolve("dcp"));
  }

  private MegatronItems items(String before, String between) throws IOException {
    var held = HeldTensors.of(model.resolve("model.safetensors"));
    var items = new MegatronItems();
    for (String line : Checkpoints.tensors(model)) {
      String name = line.split("\\s+")[0];
      String own = before + name.replace("layers.0.", "layers.0." + between);
      items.add(own, held.spec(name).dtype(), held.spec(name).shape(), held.bytes(name));
    }
    return items;
  }

  private void config() throws IOException {
    Files.copy(model.resolve("config.json"), dcp.resolve("config.json"));
  }

  private void assertConverted(Order order) throws IOException {
    Path hf = order.to(TargetFormat.HUGGING_FACE).done();
    assertEquals(
        -1, Files.mismatch(model.resolve("model.safetensors"), hf.resolve("model.safetensors")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "model.", "state_dict.model.", "app.module.", "_orig_mod."})
  void findsTheNamesBehindOthers(String before) throws IOException {
    items(before, "_orig_mod._checkpoint_wrapped_module.").write(dcp);
    config();
    assertConverted(Order.of(dcp, folder.resolve("hf")));
    Path nemo = Order.of(dcp, folder.resolve("m.nemo")).grid(2, 2).done();
    assertTrue(Checkpoints.diff(nemo, model).same());
    assertTrue(Checkpoints.diff(dcp, model).same());
  }

  @Test
  void takesAConfigurationThatIsGiven() throws IOException {
    items("model.", "").write(dcp);
    Order.of(dcp, folder.resolve("hf"))
        .to(TargetFormat.HUGGING_FACE)
        .tried()
        .assertRefused(Kind.INPUT, "without a model configuration");
    Path given = Files.copy(model.resolve("config.json"), folder.resolve("given.json"));
    assertConverted(Order.of(dcp, folder.resolve("hf")).config(given));
  }

  @Test
  void leavesAnOptimizerBehindOnlyWhereThatIsWanted() throws IOException {
    var items = items("model.", "");
    for (String kind : List.of("exp_avg", "exp_avg_sq", "step")) {
      String name = "optimizer.state.model.embed_tokens.weight." + kind;
      items.add(name, DType.FLOAT32, Shape.of(2), new byte[8]);
    }
    items.add("train_state.step", DType.INT64, Shape.of(), new byte[8]);
    items.write(dcp);
    config();
    for (Attempt run : Attempt.looks(dcp)) {
      assertFalse(run.assertDone("train_state.step").said().contains("no rule"), run.said());
    }
    Order.of(dcp, folder.resolve("m.nemo"))
        .tried()
        .assertRefused(Kind.INPUT, "SW-113", "optimizer's state");
    assertConverted(Order.of(dcp, folder.resolve("hf")).withoutOptimizer());
  }

  private static byte[] floats(double... values) {
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      bytes.putFloat((float) value);
    }
    return bytes.array();
  }

  /** Of PyTorch's Adam, as get_state_dict of PyTorch 2.7.1 calls it. */
  private void train(String kinds, Predicate<String> has, ToDoubleFunction<String> step)
      throws IOException {
    Path wide = folder.resolve("wide");
    if (!model.equals(wide)) {
      model = Order.of(model, wide).to(TargetFormat.HUGGING_FACE).dtype(DType.FLOAT32).done();
    }
    var random = new Random(7);
    var held = HeldTensors.of(model.resolve("model.safetensors"));
    var items = items("model.", "");
    for (String name : held.names()) {
      String state = "optim.state." + name + ".";
      for (String kind : kinds.split(" ")) {
        byte[] bytes = held.bytes(name).clone();
        random.nextBytes(bytes);
        if (has.test(state + kind)) {
          items.add(state + kind, DType.FLOAT32, held.spec(name).shape(), bytes);
        }
      }
      items.add(state + "step", DType.FLOAT32, Shape.of(), floats(step.applyAsDouble(name)));
    }
    String group = "optim.param_groups.0.";
    object(items, group + "lr", new Num("0.001"));
    object(items, group + "betas", new Arr(List.of(new Num("0.9"), new Num("0.999"))));
    object(items, group + "weight_decay", new Num("0.01"));
    object(items, group + "params", new Arr(List.of(new Str("model.embed_tokens.weight"))));
    items.write(dcp);
    Files.copy(model.resolve("config.json"), dcp.resolve("config.json"), REPLACE_EXISTING);
  }

  private static void object(MegatronItems items, String key, JsonValue value) {
    items.object(key, TorchTree.file("archive", value, key));
  }

  private Order moved(String name) {
    return Order.of(dcp, folder.resolve(name)).to(MegatronCircleTest.TORCH_DIST);
  }

  @Test
  void movesTheStateOfAdam() throws IOException {
    train("exp_avg exp_avg_sq", name -> true, name -> 7);
    for (Attempt run : Attempt.looks(dcp)) {
      run.assertDone();
    }
    Path plain = moved("plain").grid(2, 2).done();
    assertTrue(Checkpoints.diff(dcp, plain).same());
    Path fully =
        moved("fully")
            .with(p -> p.gridOptions(OptimizerCircleTest.form("fully_reshardable", 19)))
            .done();
    assertTrue(Checkpoints.diff(plain, fully).same());
    for (Path each : List.of(dcp, plain, fully)) {
      try (var checkpoint = Checkpoints.SHARDWRIGHT.open(each)) {
        var found = checkpoint.outline().optimizer().orElseThrow();
        assertEquals(OptionalLong.of(7), found.step());
        assertTrue(found.states().containsAll(List.of("exp_avg", "exp_avg_sq")));
      }
    }
  }

  @Test
  void refusesStatesOfOtherKindsByName() throws IOException {
    String adam = "exp_avg exp_avg_sq";
    train(adam + " max_exp_avg_sq", name -> true, name -> 7);
    assertUnread("has 'max_exp_avg_sq'");
    train("momentum_buffer", name -> true, name -> 7);
    assertUnread("has 'momentum_buffer'");
    train(adam, name -> true, name -> name.contains("norm") ? 6 : 7);
    assertUnread("at different steps, 6, 7");
    train(adam, name -> !name.endsWith("norm.weight.exp_avg"), name -> 7);
    moved("target").tried().assertRefused(Kind.INPUT, "no 'exp_avg' of");
    moved("target").withoutOptimizer().done();
  }

  private void assertUnread(String why) {
    Attempt.open(dcp).assertDone();
    moved("target").tried().assertRefused(Kind.INPUT, "SW-113", "torch.optim", why);
    assertTrue(Files.notExists(folder.resolve("target")));
  }

  @Test
  void keepsTensorsOfAClassThatIsNotKnown() throws IOException {
    items("model.", "").write(dcp);
    String said = Files.readString(model.resolve("config.json"));
    Files.writeString(
        dcp.resolve("config.json"), said.replace("LlamaForCausalLM", "NoForCausalLM"));
    Attempt.open(dcp).assertDone();
    Order.of(dcp, folder.resolve("m.nemo")).tried().assertRefused(Kind.INPUT, "NoForCausalLM");
    Path st = Order.of(dcp, folder.resolve("st")).to(TargetFormat.SAFETENSORS).done();
    assertTrue(
        HeldTensors.of(st.resolve("model.safetensors")).bytes("model.lm_head.weight").length > 0);
  }
}
