package io.shardwright.engine;

import static io.shardwright.engine.MegatronCircleTest.BRIDGE;
import static io.shardwright.engine.MegatronCircleTest.MEGATRON;
import static io.shardwright.engine.MegatronCircleTest.TORCH_DIST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.GridOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleTree;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.codec.yaml.YamlTree;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.format.CoreVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside the weights in roots of Megatron-Bridge and Megatron-LM that are written. */
class MegatronTargetsTest {
  @TempDir Path folder;
  private MegatronRoot megatron;

  @BeforeEach
  void copy() throws IOException {
    megatron = MegatronRoot.in(folder);
  }

  private static Map<String, JsonValue> leaves(Path file) {
    try (var source = new FileSource(file, file.toString())) {
      var leaves = new TreeMap<String, JsonValue>();
      Obj whole = YamlTree.of(YamlDocument.parse(source, Guard.standard()), Guard.standard());
      collect("", whole, leaves);
      return leaves;
    }
  }

  private static void collect(String path, JsonValue value, Map<String, JsonValue> leaves) {
    if (value instanceof Obj object) {
      object.fields().forEach((key, item) -> collect(path + "." + key, item, leaves));
    } else {
      leaves.put(path, value);
    }
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    var rest = new TreeSet<>(all);
    rest.removeAll(some);
    return rest;
  }

  private static Obj pickle(Path file) {
    Guard guard = Guard.standard();
    try (var source = new FileSource(file, file.toString())) {
      JsonValue tree =
          new PickleTree(guard, file.toString())
              .of(TorchFile.open(source, guard).document().root());
      return (Obj) tree;
    }
  }

  private Path order(Path source, String target, TargetFormat format, int tensor, int pipeline) {
    return Order.of(source, folder.resolve(target)).to(format).grid(tensor, pipeline).done();
  }

  @Test
  void aReshardedBridgeRootKeepsItsDocuments() throws IOException {
    megatron.bridge();
    Path tokenizer = Files.createDirectories(megatron.step().resolve("tokenizer"));
    Files.writeString(tokenizer.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\"}");
    Path target = Order.of(megatron.root(), folder.resolve("bridge")).tp(1).pp(2).done();
    Path step = target.resolve("iter_0000007");
    assertEquals("7", Files.readString(target.resolve(MegatronRoot.LATEST)));
    Obj counts = pickle(step.resolve("train_state.pt"));
    assertEquals(counts, pickle(target.resolve("latest_train_state.pt")));
    assertTrue(counts.fields().keySet().containsAll(List.of("step", "do_train")), "" + counts);
    assertEquals(
        "{\"bos_token\": \"<s>\"}",
        Files.readString(step.resolve("tokenizer/tokenizer_config.json")));
    var before = leaves(megatron.step().resolve("run_config.yaml"));
    var after = leaves(step.resolve("run_config.yaml"));
    assertEquals(Set.of(), without(before.keySet(), after.keySet()), "left out");
    assertEquals(Set.of(), without(after.keySet(), before.keySet()), "added");
    var changed =
        before.keySet().stream().filter(key -> !before.get(key).equals(after.get(key))).toList();
    assertEquals(
        List.of(
            ".checkpoint.fully_parallel_save",
            ".model.expert_tensor_parallel_size",
            ".model.tensor_model_parallel_size"),
        changed.stream().sorted().toList());
    assertTrue(Checkpoints.diff(megatron.root(), target).same());
  }

  @Test
  void aReshardedMegatronLmRootKeepsItsArguments() throws IOException {
    Path target =
        Order.of(megatron.root(), folder.resolve("mlm"))
            .tp(1)
            .pp(1)
            .with(parts -> parts.gridOptions(older()))
            .done();
    Obj before = pickle(megatron.step().resolve("common.pt"));
    Obj after = pickle(target.resolve("iter_0000007/common.pt"));
    assertEquals(before.get("iteration"), after.get("iteration"));
    assertEquals(before.get("checkpoint_version"), after.get("checkpoint_version"));
    var was = new DialectDocument((Obj) before.get("args").orElseThrow());
    var is = new DialectDocument((Obj) after.get("args").orElseThrow());
    for (String key : List.of("lr", "seed", "train_iters", "num_layers", "padded_vocab_size")) {
      assertEquals(was.text(key), is.text(key), key);
    }
    assertEquals(was.value("attention_backend"), is.value("attention_backend"));
    assertEquals(Optional.of("1"), is.text("tensor_model_parallel_size"));
    assertEquals(Optional.of("1"), is.text("world_size"));
    assertTrue(Checkpoints.diff(megatron.root(), target).same());
  }

  private static GridOptions older() {
    return new GridOptions(
        Optional.of(new CoreVersion(0, 16)), OptionalInt.empty(), OptionalLong.empty());
  }

  @Test
  void tokenizersTravelThroughBridge() throws IOException {
    megatron.bridge();
    Path hf = order(megatron.root(), "hf", TargetFormat.HUGGING_FACE, 1, 1);
    Files.writeString(hf.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {}}}");
    Files.writeString(hf.resolve("tokenizer_config.json"), "{\"eos_token\": \"</s>\"}");
    Files.writeString(hf.resolve("chat_template.jinja"), "{{ messages }}");
    Path bridge = order(hf, "bridge", BRIDGE, 2, 1);
    Path nemo = order(bridge, "m.nemo", new TargetFormat("nemo"), 1, 2);
    Path again = order(nemo, "again", BRIDGE, 1, 1);
    Path back = order(again, "back", TargetFormat.HUGGING_FACE, 1, 1);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
      Path there = again.resolve("iter_0000000/tokenizer/" + file);
      assertEquals(-1, Files.mismatch(hf.resolve(file), there), file);
      assertEquals(-1, Files.mismatch(hf.resolve(file), back.resolve(file)), file);
    }
    assertEquals(
        -1, Files.mismatch(hf.resolve("model.safetensors"), back.resolve("model.safetensors")));
    String left = "contain no tokenizer, so these files are left out: chat_template.jinja";
    Attempt run = Order.of(hf, folder.resolve("mlm")).to(MEGATRON).tried().assertDone();
    assertTrue(run.said().contains(left), run.said());
  }

  @Test
  void refusesByNameWhatBridgeHasNoClassForAndOffersMegatron() {
    var model = new TinyGpt(seed("learned_absolute"));
    Path source = model.write(folder.resolve("model"));
    Order.of(source, folder.resolve("bridge"))
        .to(BRIDGE)
        .vocab(model.rows())
        .planned()
        .assertRefused(Kind.INPUT, "SW-208", "position_embedding_type is learned_absolute")
        .assertRefused(Kind.INPUT, "megatron");
    Order.of(source, folder.resolve("megatron")).to(MEGATRON).vocab(model.rows()).done();
  }

  private static long seed(String positions) {
    for (long seed = 0; ; seed++) {
      var config = new TinyGpt(seed).config;
      if (config.get("position_embedding_type").equals(positions)
          && config.get("activation").equals("gelu")) {
        return seed;
      }
    }
  }

  @Test
  void aModelThatNoDocumentDescribesIsWeightsAlone() throws IOException {
    Path vit = Checkpoints.copy("vit-tp1.nemo", folder);
    for (TargetFormat format : List.of(BRIDGE, MEGATRON)) {
      Order.of(vit, folder.resolve("vit-" + format))
          .to(format)
          .planned()
          .assertRefused(Kind.INPUT, "SW-208");
    }
    Attempt run = Order.of(vit, folder.resolve("vit-weights")).to(TORCH_DIST).tried().assertDone();
    assertTrue(run.said().contains("no arguments of Megatron-LM are written"), run.said());
  }
}
