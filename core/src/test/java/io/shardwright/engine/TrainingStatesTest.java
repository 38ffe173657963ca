package io.shardwright.engine;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Optimizers whose states don't belong to the parameters that they name. */
class TrainingStatesTest {
  @TempDir Path folder;

  @Test
  void refusesAnOptimizerThatLacksTheStateOfAParameter() throws IOException {
    assertRefused(
        "it has no state of 'model.language_model.encoder.layers.0.mlp.dense_4h_to_h.weight'",
        plain -> states(plain).remove(5));
  }

  @Test
  void refusesAStateThatNoGroupNames() throws IOException {
    assertRefused(
        "it has the states of 53 parameters, expected 52",
        plain -> states(plain).add(new Entry(Int.of(99), states(plain).get(0).value())));
  }

  @Test
  void refusesGroupsThatShareAParameter() throws IOException {
    assertRefused(
        "a group has 35 parameters, expected 34", plain -> params(plain, 1).add(Int.of(0)));
  }

  /** CLIP's temperature has the shape of a step. */
  @Test
  void aScalarParameterKeepsItsStepAsOthersDo() throws IOException {
    Path weights = folder.resolve("weights");
    Checkpoints.unpack(Checkpoints.copy("clip-tp1.nemo", folder), weights);
    Path source = folder.resolve("source.ckpt");
    TrainingFiles.rewriteAny(
        weights.resolve("model_weights.ckpt"), source, TrainingStatesTest::trained);
    Path config = weights.resolve("model_config.yaml");
    Path two = folder.resolve("two");
    Path back = folder.resolve("back");
    Order.of(source, folder.resolve("one")).hparams(config).grid(1, 1).done();
    Order.of(source, two).hparams(config).grid(2, 1).done();
    String size = "tensor_model_parallel_size: ";
    Files.writeString(config, Files.readString(config).replace(size + 1, size + 2));
    Order.of(two, back).hparams(config).grid(1, 1).done();
    var found = Checkpoints.found(back);
    Assertions.assertEquals(Checkpoints.found(folder.resolve("one")), found);
    Assertions.assertTrue(
        found.stream().anyMatch(line -> line.contains("exp_avg.model.logit_scale")), "" + found);
  }

  /** Each weight serves as its moments, the scalar as every step. */
  private static Dict trained(PickleValue weights) {
    var held = NestedState.entries(weights);
    var states = new Dict();
    var params = new Sequence();
    for (Entry entry : held) {
      if (TorchFile.isTensor(entry.value())) {
        var state = new Dict().put(new Text("step"), held.get(0).value());
        state.put(new Text("exp_avg"), entry.value()).put(new Text("exp_avg_sq"), entry.value());
        states.put(Int.of(params.items().size()), state);
        params.items().add(Int.of(params.items().size()));
      }
    }
    var groups = new Sequence();
    groups.items().add(new Dict().put(new Text("params"), params));
    var optimizers = new Sequence();
    optimizers
        .items()
        .add(new Dict().put(new Text("state"), states).put(new Text("param_groups"), groups));
    return new Dict()
        .put(new Text("state_dict"), weights)
        .put(new Text("global_step"), Int.of(2))
        .put(new Text("optimizer_states"), optimizers);
  }

  private void assertRefused(String why, Consumer<PickleValue> change) throws IOException {
    Path source = folder.resolve("source.ckpt");
    TrainingFiles.rewrite(
        TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT),
        source,
        root -> {
          change.accept(((Sequence) TrainingFiles.get(root, "optimizer_states")).items().get(0));
          return root;
        });
    Path target = folder.resolve("target");
    Order.of(source, target)
        .grid(2, 1)
        .vocab(250)
        .tried()
        .assertRefused(Kind.INPUT, why, "optimizer(false)");
    Assertions.assertTrue(Files.notExists(target));
  }

  private static List<Entry> states(PickleValue plain) {
    return ((Dict) TrainingFiles.get(plain, "state")).entries();
  }

  private static List<PickleValue> params(PickleValue plain, int group) {
    var groups = (Sequence) TrainingFiles.get(plain, "param_groups");
    return ((Sequence) TrainingFiles.get(groups.items().get(group), "params")).items();
  }
}
