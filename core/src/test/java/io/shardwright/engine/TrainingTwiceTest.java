package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainings that say one fact in two files. */
class TrainingTwiceTest {
  @TempDir Path folder;

  private Path vit;
  private Path out;

  @BeforeEach
  void training() throws IOException {
    vit = TrainingFiles.vit(folder);
    out = folder.resolve("out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hidden_size", "num_layers", "num_attention_heads"})
  void refusesRanksOfTwoConfigurations(String key) throws IOException {
    change("mp_rank_01", key, 5);
    Attempt run = Order.of(vit, out).tp(1).withoutOptimizer().tried();
    run.assertRefused(Kind.INPUT);
    assertTrue(run.said().contains("SW-122") && run.said().contains(" in " + key), run.said());
    assertTrue(run.said().contains("mp_rank_01"), run.said());
  }

  @Test
  void saysInWhatRanksDifferThatMakesNoOtherModel() throws IOException {
    change("mp_rank_01", "data", "num_workers", 77);
    Order.of(vit, out)
        .tp(1)
        .withoutOptimizer()
        .tried()
        .assertDone("of its own in data.num_workers");
  }

  @Test
  void saysInWhatAGivenConfigurationDiffers() throws IOException {
    Path nemo = folder.resolve("vit");
    Order.of(vit, folder.resolve("plain")).withoutOptimizer().done();
    Order.of(vit, nemo).to(TargetFormat.NEMO).tried().assertDone();
    Path hparams = nemo.resolve("model_config.yaml");
    Files.writeString(
        hparams,
        Files.readString(hparams).replaceAll("attention_dropout: .*", "attention_dropout: 0.75"));
    Order.of(vit, folder.resolve("2.nemo"))
        .hparams(hparams)
        .to(TargetFormat.NEMO)
        .tried()
        .assertDone("the stored one differs in attention_dropout");
  }

  @Test
  void refusesAStepThatStandsInRankFoldersAndBesideThem() throws IOException {
    Path whole = folder.resolve("whole");
    Order.of(vit, whole).tp(1).withoutOptimizer().done();
    Files.copy(whole.resolve(TrainingFiles.VIT), vit.resolve(TrainingFiles.VIT));
    Order.of(vit, out).tp(1).withoutOptimizer().tried().assertRefused(Kind.INPUT, "twice");
    for (String meant : List.of("", "mp_rank_00")) {
      Path file = vit.resolve(meant).resolve(TrainingFiles.VIT);
      Order.of(file, out).tp(2).withoutOptimizer().overwrite().tried().assertDone();
    }
  }

  /** Sets a number of a rank's configuration; the last of the path is the value. */
  private void change(String rank, Object... path) throws IOException {
    Path file = vit.resolve(rank).resolve(TrainingFiles.VIT);
    TrainingFiles.rewrite(
        file,
        file,
        root -> {
          PickleValue node = TrainingFiles.get(TrainingFiles.get(root, "hyper_parameters"), "cfg");
          for (int at = 0; at < path.length - 1; at++) {
            node = value(value(node, "_content"), path[at].toString());
          }
          List<Entry> entries = entries(((Call) node).state());
          entries.removeIf(entry -> named(entry, "_val"));
          var number = new Int(BigInteger.valueOf((Integer) path[path.length - 1]));
          entries.add(new Entry(new Text("_val"), number));
          return root;
        });
  }

  private static PickleValue value(PickleValue of, String key) {
    PickleValue map = of instanceof Call call && call.state() != null ? call.state() : of;
    return entries(map).stream().filter(e -> named(e, key)).findFirst().orElseThrow().value();
  }

  private static boolean named(Entry entry, String key) {
    return entry.key() instanceof Text text && text.value().equals(key);
  }

  private static List<Entry> entries(PickleValue dict) {
    return PickleEntries.of(dict).orElseGet(() -> ((Call) dict).entries());
  }

  /** Keys of two kinds may make one name: both tensors are listed. */
  @Test
  void listsTensorsWhoseKeysMakeOneName() throws IOException {
    Path file = TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT);
    TrainingFiles.rewrite(
        file,
        file,
        root -> {
          var optimizer = ((Sequence) TrainingFiles.get(root, "optimizer_states")).items().get(0);
          List<Entry> states = entries(TrainingFiles.get(optimizer, "state"));
          var averages =
              new Dict()
                  .put(Int.of(1), TrainingFiles.get(states.get(0).value(), "exp_avg"))
                  .put(new Text("1"), TrainingFiles.get(states.get(1).value(), "exp_avg"));
          TrainingFiles.set(root, "averages", averages);
          return TrainingFiles.set(root, "optimizer_states", new Sequence());
        });
    var found = Checkpoints.found(file);
    assertEquals(2, found.stream().filter(l -> l.contains("\taverages.1\t")).count(), "" + found);
  }
}
