package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives and trainings that hold both of a pair that their configuration ties. */
class TiedRanksTest extends ModelFolders {
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
    Order.of(whole, source).done();
    set(source.resolve("tp_rank_01_pp_rank_001/model_weights.ckpt"), COPY, "layers.1.mlp.dense_h");
    refused(source, COPY, order -> order.grid(1, 1));
    Attempt.verify(source).assertRefused(Kind.INPUT, "untie");
    var diff = Checkpoints.diff(whole, source);
    assertFalse(diff.same());
    String differ = diff.differences().toString();
    assertTrue(differ.contains("name=output_layer.weight"), differ);
    assertFalse(differ.contains("name=embedding.word_embeddings"), differ);
    for (int stages : List.of(1, 2)) {
      untied(source, order -> order.grid(1, stages).overwrite());
      untied(source, order -> order.grid(2, stages).naming(Naming.MCORE).overwrite());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {WORDS, OTHER})
  void comparesAnOutputLayerBesideTiedEmbeddings(String values) throws IOException {
    Path whole = gpt("gpt-5b-like-tp1");
    Path source = folder.resolve("both");
    Order.of(whole, source).done();
    set(source.resolve("model_weights.ckpt"), HEAD, values);
    if (values.equals(OTHER)) {
      refused(source, HEAD, order -> order.tp(2));
      assertFalse(Checkpoints.diff(whole, source).same());
    } else {
      Attempt run = Order.of(source, out).tp(2).tried();
      run.assertDone();
      assertTrue(run.said().contains("'" + HEAD + "' is tied to"), run.said());
      Checkpoints.assertAlike(whole, out);
      Checkpoints.assertAlike(whole, source);
    }
    untied(source, order -> order.grid(2, 2).overwrite());
  }

  @Test
  void readsAnOutputLayerAloneForTheEmbedding() throws IOException {
    Path whole = gpt("gpt-5b-like-tp1");
    Path source = folder.resolve("alone");
    Order.of(whole, source).done();
    Path file = source.resolve("model_weights.ckpt");
    set(file, HEAD, WORDS);
    rewrite(file, entries -> entries.removeIf(entry -> named(entry, WORDS)));
    Order.of(source, out).tp(2).tried().assertDone();
    Checkpoints.assertAlike(whole, out);
  }

  @ParameterizedTest
  @EnumSource
  void comparesArraysAndRankFilesOfMegatronCore(WeightLayout layout) throws IOException {
    Path untied = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path source = folder.resolve("tied");
    Order.of(untied, source).layout(layout).grid(2, 2).done();
    Path config = source.resolve("model_config.yaml");
    String text = Files.readString(config);
    assertTrue(text.contains("share_embeddings_and_output_weights: false"), text);
    Files.writeString(config, text.replace("share_embeddings_and_output_weights: false", ""));
    refused(source, "model.output_layer.weight", order -> order.grid(1, 1));
    untied(source, order -> order.grid(1, 1));
    Checkpoints.assertAlike(untied, out);
    if (layout == WeightLayout.DISTRIBUTED) {
      Path weights = source.resolve("model_weights");
      for (String chunk : List.of("0.0", "1.0")) {
        Files.copy(
            weights.resolve("model.embedding.word_embeddings.weight").resolve(chunk),
            weights.resolve("model.output_layer.weight").resolve(chunk),
            StandardCopyOption.REPLACE_EXISTING);
      }
      Order.of(source, folder.resolve("equal.nemo")).grid(1, 1).done();
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
    refused(source, HEAD, order -> order.withoutOptimizer().tp(2));
    name();
    Path target = folder.resolve("untied");
    Order.of(source, target).untie().grid(2, 2).withoutOptimizer().done();
    Path back = folder.resolve("back");
    Order.of(target, back).grid(1, 1).vocab(250).done();
    Checkpoints.assertAlike(back, target);
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("tokenizer.model"));
    Order.of(source, out).untie().tokenizer(tokenizer).to(TargetFormat.NEMO).tried().assertDone();
    Checkpoints.assertAlike(back, out);
  }

  /** One parameter has one state; two would need two. */
  @Test
  void untiesATrainingWithoutItsOptimizerAlone() throws IOException {
    Path source = TrainingFiles.gpt(folder);
    Path target = folder.resolve("untied");
    Order.of(source, target).untie().tp(2).tried().assertRefused(Kind.INPUT, "optimizer(false)");
    Order.of(source, target).untie().tp(2).withoutOptimizer().done();
    Path tied = folder.resolve("tied");
    Order.of(source, tied).tp(2).withoutOptimizer().done();
    Checkpoints.assertAlike(tied, target);
    assertUntied(target);
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
    var changes = Order.of(source, target).untie().withoutOptimizer().report().changes();
    assertTrue(changes.contains(key + ": absent -> false"), changes.toString());
    assertUntied(target);
  }

  private static void assertUntied(Path target) {
    try (var checkpoint = Checkpoints.SHARDWRIGHT.open(target)) {
      var facts = checkpoint.outline().facts();
      assertEquals("false", facts.get("share_embeddings_and_output_weights"), "" + facts);
    }
  }

  private Path gpt(String name) throws IOException {
    return Checkpoints.copy(name + ".nemo", folder);
  }

  private void refused(Path source, String name, UnaryOperator<Order> options) {
    options
        .apply(Order.of(source, out))
        .tried()
        .assertRefused(Kind.INPUT, "SW-122", "'" + name + "'", "untie");
    assertFalse(Files.exists(out));
  }

  private void untied(Path source, UnaryOperator<Order> options) {
    var changes = options.apply(Order.of(source, out).untie()).report().changes();
    assertTrue(
        changes.toString().contains("share_embeddings_and_output_weights"), changes.toString());
    Checkpoints.assertAlike(source, out);
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
