package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        .assertRefused(Kind.INPUT, "without a model's configuration");
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
