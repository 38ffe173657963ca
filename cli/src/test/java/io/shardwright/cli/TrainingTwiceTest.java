package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.engine.TrainingFiles;
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
    Run run = Run.of("reshard", vit, out, "--tp", 1, "--no-optimizer");
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-122") && run.err().contains(" in " + key), run.err());
    assertTrue(run.err().contains("mp_rank_01"), run.err());
  }

  @Test
  void saysInWhatRanksDifferThatMakesNoOtherModel() throws IOException {
    change("mp_rank_01", "data", "num_workers", 77);
    Run run = Run.of("reshard", vit, out, "--tp", 1, "--no-optimizer", "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("of its own in data.num_workers"), run.err());
  }

  @Test
  void saysInWhatAGivenConfigurationDiffers() throws IOException {
    Path nemo = folder.resolve("vit");
    Run.reshard(vit, folder.resolve("plain"), "--no-optimizer");
    Run written = Run.of("convert", vit, nemo, "--to", "nemo", "--no-sync");
    assertEquals(0, written.code(), written.err());
    Path hparams = nemo.resolve("model_config.yaml");
    Files.writeString(
        hparams,
        Files.readString(hparams).replaceAll("attention_dropout: .*", "attention_dropout: 0.75"));
    Run run = Run.of("convert", vit, folder.resolve("2.nemo"), "--hparams-file", hparams);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("its own differs in attention_dropout"), run.err());
  }

  @Test
  void refusesAStepThatStandsInRankFoldersAndBesideThem() throws IOException {
    Path whole = folder.resolve("whole");
    Run.reshard(vit, whole, "--tp", 1, "--no-optimizer");
    Files.copy(whole.resolve(TrainingFiles.VIT), vit.resolve(TrainingFiles.VIT));
    Run run = Run.of("reshard", vit, out, "--tp", 1, "--no-optimizer");
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("twice"), run.err());
    for (String meant : List.of("", "mp_rank_00")) {
      Path file = vit.resolve(meant).resolve(TrainingFiles.VIT);
      Run chosen =
          Run.of("reshard", file, out, "--tp", 2, "--no-optimizer", "--no-sync", "--overwrite");
      assertEquals(0, chosen.code(), chosen.err());
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
    Run run = Run.of("verify", file, "--sums");
    assertEquals(0, run.code(), run.err());
    assertEquals(2, run.out().lines().filter(l -> l.endsWith("\taverages.1")).count(), run.out());
  }
}
