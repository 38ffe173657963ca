package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives and trainings that hold both of a pair that their configuration ties. */
class TiedRanksTest extends HuggingFaceFolders {
  private static final String WORDS = "model.language_model.embedding.word_embeddings.weight";
  private static final String HEAD = "model.language_model.output_layer.weight";
  private static final String COPY = "model.word_embeddings.weight";

  /** Of the same shape as the embedding of the GPT here. */
  private static final String OTHER =
      "model.language_model.encoder.layers.0.mlp.dense_h_to_4h.weight";

  private Path out;

  @BeforeEach
  void name() {
    out = folder.resolve("out.nemo");
  }

  @Test
  void refusesALastStagesCopyThatDiffersAndWritesBothUntied() throws IOException {
    Path whole = gpt("gpt-5b-like-tp2pp2");
    Path source = folder.resolve("changed");
    Run.reshard(whole, source);
    set(source.resolve("tp_rank_01_pp_rank_001/model_weights.ckpt"), COPY, "layers.1.mlp.dense_h");
    refused(source, COPY, "--tp", 1, "--pp", 1);
    Run verify = Run.of("verify", source);
    assertEquals(3, verify.code(), verify.out());
    assertTrue(verify.err().contains("--untie"), verify.err());
    Run diff = Run.of("diff", whole, source);
    assertEquals(1, diff.code(), diff.err());
    assertTrue(diff.out().contains("tensor    output_layer.weight"), diff.out());
    assertFalse(diff.out().contains("word_embeddings"), diff.out());
    for (int stages : List.of(1, 2)) {
      untied(source, "--tp", 1, "--pp", stages, "--overwrite");
      untied(source, "--tp", 2, "--pp", stages, "--naming", "mcore", "--overwrite");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {WORDS, OTHER})
  void comparesAnOutputLayerBesideTiedEmbeddings(String values) throws IOException {
    Path whole = gpt("gpt-5b-like-tp1");
    Path source = folder.resolve("both");
    Run.reshard(whole, source);
    set(source.resolve("model_weights.ckpt"), HEAD, values);
    if (values.equals(OTHER)) {
      refused(source, HEAD, "--tp", 2);
      assertEquals(1, Run.of("diff", whole, source).code());
    } else {
      Run run = Run.of("reshard", source, out, "--tp", 2, "--no-sync");
      assertEquals(0, run.code(), run.err());
      assertTrue(run.err().contains("'" + HEAD + "' is tied to"), run.err());
      same(whole, out);
      same(whole, source);
    }
    untied(source, "--tp", 2, "--pp", 2, "--overwrite");
  }

  @Test
  void readsAnOutputLayerAloneForTheEmbedding() throws IOException {
    Path whole = gpt("gpt-5b-like-tp1");
    Path source = folder.resolve("alone");
    Run.reshard(whole, source);
    Path file = source.resolve("model_weights.ckpt");
    set(file, HEAD, WORDS);
    rewrite(file, entries -> entries.removeIf(entry -> named(entry, WORDS)));
    Run run = Run.of("reshard", source, out, "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    same(whole, out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"distributed", "ranks"})
  void comparesArraysAndRankFilesOfMegatronCore(String layout) throws IOException {
    Path untied = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path source = folder.resolve("tied");
    Run.reshard(untied, source, "--layout", layout, "--tp", 2, "--pp", 2);
    Path config = source.resolve("model_config.yaml");
    String text = Files.readString(config);
    assertTrue(text.contains("share_embeddings_and_output_weights: false"), text);
    Files.writeString(config, text.replace("share_embeddings_and_output_weights: false", ""));
    refused(source, "model.output_layer.weight", "--tp", 1, "--pp", 1);
    untied(source, "--tp", 1, "--pp", 1);
    same(untied, out);
    if (layout.equals("distributed")) {
      Path weights = source.resolve("model_weights");
      for (String chunk : List.of("0.0", "1.0")) {
        Files.copy(
            weights.resolve("model.embedding.word_embeddings.weight").resolve(chunk),
            weights.resolve("model.output_layer.weight").resolve(chunk),
            StandardCopyOption.REPLACE_EXISTING);
      }
      Run.reshard(source, folder.resolve("equal.nemo"), "--tp", 1, "--pp", 1);
    }
  }

  @Test
  void comparesThePairOfATraining() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path file = source.resolve(TrainingFiles.GPT);
    TrainingFiles.rewrite(
        file,
        file,
        root -> {
          set(entries(TrainingFiles.get(root, "state_dict")), HEAD, OTHER);
          return root;
        });
    out = folder.resolve("target");
    refused(source, HEAD, "--no-optimizer", "--tp", 2);
    name();
    Path target = folder.resolve("untied");
    Run.reshard(source, target, "--untie", "--tp", 2, "--pp", 2, "--no-optimizer");
    Path back = folder.resolve("back");
    Run.reshard(target, back, "--tp", 1, "--pp", 1, "--vocab-size", 250);
    same(back, target);
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("tokenizer.model"));
    Run run =
        Run.of("convert", source, out, "--untie", "--no-sync", "--tokenizer-model", tokenizer);
    assertEquals(0, run.code(), run.err());
    same(back, out);
  }

  /** One parameter has one state; two would need two. */
  @Test
  void untiesATrainingWithoutItsOptimizerAlone() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path target = folder.resolve("untied");
    Run refused = Run.of("reshard", source, target, "--untie", "--tp", 2);
    assertEquals(3, refused.code(), refused.err());
    assertTrue(refused.err().contains("--no-optimizer"), refused.err());
    Run.reshard(source, target, "--untie", "--tp", 2, "--no-optimizer");
    Path tied = folder.resolve("tied");
    Run.reshard(source, tied, "--tp", 2, "--no-optimizer");
    same(tied, target);
    Run inspect = Run.of("inspect", target);
    assertTrue(inspect.out().contains("untied embeddings"), inspect.out());
  }

  /** The configuration may not say what is the default. */
  @Test
  void untiesATrainingWhoseConfigurationDoesNotSayThatItIsTied() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path file = source.resolve(TrainingFiles.GPT);
    String key = "share_embeddings_and_output_weights";
    TrainingFiles.rewrite(
        file,
        file,
        root -> {
          var cfg = TrainingFiles.get(TrainingFiles.get(root, "hyper_parameters"), "cfg");
          var content = TrainingFiles.get(((PickleValue.Call) cfg).state(), "_content");
          entries(content).removeIf(entry -> named(entry, key));
          return root;
        });
    Path target = folder.resolve("untied");
    Run run = Run.of("reshard", source, target, "--untie", "--no-optimizer", "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains(key + ": absent -> false"), run.out());
    assertTrue(Run.of("inspect", target).out().contains("untied embeddings"));
  }

  private Path gpt(String name) throws IOException {
    return Checkpoints.copy(name + ".nemo", folder);
  }

  private void refused(Path source, String name, Object... options) {
    Run run = reshard(source, options);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-122") && run.err().contains("'" + name + "'"), run.err());
    assertTrue(run.err().contains("--untie"), run.err());
    assertFalse(Files.exists(out));
  }

  private void untied(Path source, Object... options) {
    var all = new ArrayList<>(List.of(options));
    all.add("--untie");
    Run run = reshard(source, all.toArray());
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("share_embeddings_and_output_weights"), run.out());
    same(source, out);
  }

  private Run reshard(Path source, Object... options) {
    var all = new ArrayList<Object>(List.of("reshard", source, out, "--no-sync"));
    all.addAll(List.of(options));
    return Run.of(all.toArray());
  }

  private static void same(Path one, Path other) {
    Run run = Run.of("diff", one, other);
    assertEquals(0, run.code(), run.out() + run.err());
  }

  /** Gives a name of a rank's file the values of another. */
  private static void set(Path file, String name, String values) throws IOException {
    rewrite(file, entries -> set(entries, name, values));
  }

  private static void set(List<Entry> entries, String name, String values) {
    PickleValue other =
        entries.stream()
            .filter(e -> e.key() instanceof Text text && text.value().contains(values))
            .findFirst()
            .orElseThrow()
            .value();
    entries.removeIf(entry -> named(entry, name));
    entries.add(new Entry(new Text(name), other));
  }

  private static boolean named(Entry entry, String name) {
    return entry.key() instanceof Text text && text.value().equals(name);
  }

  private static void rewrite(Path file, Consumer<List<Entry>> change) throws IOException {
    TrainingFiles.rewriteAny(
        file,
        file,
        root -> {
          change.accept(entries(root));
          return root;
        });
  }

  private static List<Entry> entries(PickleValue dict) {
    return PickleEntries.of(dict).orElseGet(() -> ((PickleValue.Call) dict).entries());
  }
}
