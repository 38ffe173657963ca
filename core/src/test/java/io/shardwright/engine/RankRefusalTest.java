package io.shardwright.engine;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.engine.RankTraining.Held;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of ranks that are damaged, not whole, of several trainings, or of none that is read. */
class RankRefusalTest {
  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private RankTraining training;
  private TinyGpt model;

  @BeforeEach
  void begin() {
    training = new RankTraining(folder);
    long seed = 0;
    do {
      model = RankTraining.model(seed++);
    } while (model.groups < 2 || model.layers < 4);
    training.say(model, 2, 2, 1);
  }

  private void write() throws IOException {
    training.write(model, 2, 2, 1, held -> held);
  }

  private Path rank(String name) {
    return training.root.resolve("iter_0000007").resolve(name);
  }

  private Path file(String name) {
    return rank(name).resolve(RankTraining.FILE);
  }

  private Attempt convert() {
    return Order.of(training.root, folder.resolve("m.nemo")).vocab(model.vocabulary).tried();
  }

  private void assertRefused(String... said) {
    Attempt.open(training.root).assertRefused(Kind.INPUT, said);
    Attempt.verify(training.root).assertRefused(Kind.INPUT, said);
    convert().assertRefused(Kind.INPUT, said);
  }

  /** The same ranks, one of which says or holds something else. */
  private void differ(String name, RankTraining other) throws IOException {
    Map<String, Held> held = new LinkedHashMap<>(held(name));
    other.write(rank(name), List.of(held));
  }

  private Map<String, Held> held(String name) {
    String nemo = name.replaceAll("mp_rank_(..)_(...)", "tp_rank_$1_pp_rank_$2");
    return RankTraining.tensors(folder.resolve("cut/" + nemo + "/model_weights.ckpt"));
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    write();
    byte[] bytes = Files.readAllBytes(file("mp_rank_01_001"));
    Files.write(file("mp_rank_01_001"), Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused("SW-104", "mp_rank_01_001", "truncated");
  }

  @Test
  void refusesWhatLacksARank() throws IOException {
    write();
    Files.delete(file("mp_rank_01_001"));
    assertRefused("SW-110", "mp_rank_01_001", "lacks model_optim_rng.pt");
    Files.delete(rank("mp_rank_01_001"));
    assertRefused("SW-110", "TP 2, PP 2", "lacks mp_rank_01_001");
  }

  @Test
  void refusesRanksThatTheGridHasNot() throws IOException {
    write();
    Files.createDirectories(rank("mp_rank_02_001"));
    assertRefused("SW-112", "also holds mp_rank_02_001");
  }

  @Test
  void refusesRanksOfTwoTrainings() throws IOException {
    write();
    training.around.put("iteration", Int.of(8));
    differ("mp_rank_01_000", training);
    assertRefused("SW-111", "iteration is 8, expected 7");
    training.around.put("iteration", Int.of(7));
    training.args.put("hidden_size", "4096");
    differ("mp_rank_01_000", training);
    assertRefused("SW-111", "args.hidden_size is 4096");
  }

  @Test
  void refusesARankOfAnotherSize() throws IOException {
    write();
    var held = new LinkedHashMap<>(held("mp_rank_01_000"));
    String name = "decoder.layers.0.mlp.linear_fc2.weight";
    held.put(name, held.get("embedding.word_embeddings.weight").as(name));
    training.write(rank("mp_rank_01_000"), List.of(held));
    assertRefused("SW-111", "mp_rank_01_000", name);
    held.remove(name);
    training.write(rank("mp_rank_01_000"), List.of(held));
    assertRefused("SW-111", "lacks '" + name + "' (layer 0), which iter_0000007/mp_rank_00_000");
  }

  @Test
  void refusesChunksWithOtherLayers() throws IOException {
    training.args.put("virtual_pipeline_model_parallel_size", "2");
    write();
    for (String name : List.of("mp_rank_00_000", "mp_rank_01_000")) {
      training.write(rank(name), List.of(held(name), held(name)));
    }
    for (String name : List.of("mp_rank_00_001", "mp_rank_01_001")) {
      training.write(rank(name), List.of(held(name), held(name)));
    }
    convert().assertRefused(Kind.INPUT, "SW-", "chunk", "layers");
  }

  @Test
  void refusesPairsOf2022ByName() throws IOException {
    write();
    for (int tensor = 0; tensor < 2; tensor++) {
      for (int stage = 0; stage < 2; stage++) {
        Path rank = rank("mp_rank_0" + tensor + "_00" + stage);
        Files.move(rank.resolve(RankTraining.FILE), rank.resolve("model_rng.pt"));
      }
    }
    assertRefused("SW-113", "model_rng.pt and optim.pt");
  }

  @Test
  void refusesAVersionThatIsNotKnown() throws IOException {
    training.around.put("checkpoint_version", new Real(4.0));
    for (String key : List.of("query_key_value")) {
      training.write(
          model, 2, 2, 1, held -> Map.of("language_model." + key, held.values().iterator().next()));
    }
    assertRefused("SW-113", "checkpoint_version is 4.0");
  }

  @Test
  void refusesExpertsCutFinerThanTheRest() throws IOException {
    training.args.put("num_experts", "4");
    training.args.put("expert_tensor_parallel_size", "4");
    write();
    assertRefused("SW-113", "ETP 4", "expert_tensor_parallel_size");
  }

  @Test
  void refusesAPickleThatRunsCode() throws IOException {
    training.around.put("hook", Call.reduce(new Global("os", "system"), new Text("true")));
    write();
    convert().assertRefused(Kind.SAFETY, "os.system");
  }

  @Test
  void leavesAnOptimizerBehindOnlyWhereThatIsWanted() throws IOException {
    training.around.put("optimizer", new Dict().put(new Text("state"), new Dict()));
    write();
    convert().assertRefused(Kind.INPUT, "SW-113", "optimizer's state");
    Order.of(training.root, folder.resolve("m.nemo"))
        .to(TargetFormat.NEMO)
        .vocab(model.vocabulary)
        .withoutOptimizer()
        .done();
  }

  @Test
  void refusesFilesOfRanksThatWereSwappedOrCopied() throws IOException {
    write();
    for (String name : List.of("mp_rank_00_000", "mp_rank_01_000", "mp_rank_00_001")) {
      training.args.put("rank", "" + (name.charAt(9) - '0' + 2 * (name.charAt(13) - '0')));
      differ(name, training);
    }
    training.args.put("rank", "3");
    differ("mp_rank_01_001", training);
    Attempt.verify(training.root).assertDone();
    training.args.put("rank", "1");
    differ("mp_rank_01_001", training);
    assertRefused("SW-111", "mp_rank_01_001", "rank 1", "swapped or copied");
    training.args.put("rank", "2");
    differ("mp_rank_01_001", training);
    assertRefused("SW-111", "mp_rank_01_001", "rank 2");
  }

  @Test
  void refusesToOrderRowsOfAnUnknownNumberOfHeads() throws IOException {
    training.args.remove("num_attention_heads");
    training.around.put("checkpoint_version", new Real(1.0));
    training.write(
        model,
        2,
        2,
        1,
        held -> {
          Held first = held.values().iterator().next();
          String name = "language_model.encoder.layers.0.self_attention.query_key_value.weight";
          return Map.of(name, first.as(name));
        });
    Attempt.open(training.root).assertDone();
    convert().assertRefused(Kind.INPUT, "SW-113", "num_attention_heads", "before 2.0");
  }

  @Test
  void saysThatTheEmbeddingIsPaddedOtherwise() throws IOException {
    training.args.put("padded_vocab_size", "4096");
    write();
    Attempt.open(training.root).assertDone("padded_vocab_size is 4096, and the embedding has");
  }
}
