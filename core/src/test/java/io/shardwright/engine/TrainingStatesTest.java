package io.shardwright.engine;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
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
