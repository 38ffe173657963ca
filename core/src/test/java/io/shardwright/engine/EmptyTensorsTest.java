package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.ReportFile;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification.Detail;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.report.HtmlReport;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors without elements are tensors: they are listed, cut, merged, moved and compared. */
class EmptyTensorsTest {
  private static final String CLASS_TOKEN = "model.backbone.cls_token";

  @TempDir Path folder;

  /** The real ViT, its class token of length 0 and its positions without the token's. */
  private Path vit() throws IOException {
    Path source = Checkpoints.copy("vit-tp1.nemo", folder);
    Path whole = folder.resolve("whole");
    Order.of(source, whole).done();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Map<String, byte[]> values = new LinkedHashMap<>();
    Path weights = whole.resolve("model_weights.ckpt");
    shapes(weights)
        .forEach(
            (name, shape) -> {
              boolean token = name.equals(CLASS_TOKEN);
              boolean positions = name.endsWith("position_embeddings.weight");
              shapes.put(
                  name, token || positions ? shape.with(token ? 1 : 0, less(shape, token)) : shape);
              values.put(name, TinyGpt.bytes(weights, name));
            });
    Map<String, String> config = config(whole);
    config.put("class_token_length", "0");
    var bytes = values.values().iterator();
    return TinyGpt.write(
        folder.resolve("vit"),
        config,
        DType.FLOAT32,
        shapes,
        into -> System.arraycopy(bytes.next(), 0, into, 0, into.length));
  }

  private static long less(Shape shape, boolean token) {
    return token ? 0 : shape.dim(0) - 8;
  }

  private static Map<String, Shape> shapes(Path weights) {
    var shapes = new LinkedHashMap<String, Shape>();
    try (var file = new FileSource(weights, "weights")) {
      TorchFile.open(file, Guard.standard())
          .stateDict()
          .tensors()
          .forEach((name, tensor) -> shapes.put(name, tensor.spec().shape()));
    }
    return shapes;
  }

  private static Map<String, String> config(Path whole) throws IOException {
    var config = new LinkedHashMap<String, String>();
    for (String line : Files.readAllLines(whole.resolve("model_config.yaml"))) {
      if (line.matches("[a-zA-Z0-9_]+: .+")) {
        config.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 2));
      }
    }
    return config;
  }

  /** A LLaMA whose layers have no hidden features: parts of fused and cut tensors are empty. */
  private Path llama() {
    var random = new Random(18);
    Map<String, String> config = new LinkedHashMap<>();
    config.put("mcore_gpt", "true");
    config.put("tensor_model_parallel_size", "1");
    config.put("pipeline_model_parallel_size", "1");
    config.put("num_layers", "4");
    config.put("hidden_size", "8");
    config.put("ffn_hidden_size", "0");
    config.put("num_attention_heads", "4");
    config.put("encoder_seq_length", "16");
    config.put("make_vocab_size_divisible_by", "4");
    config.put("bias", "true");
    config.put("activation", "fast-swiglu");
    config.put("normalization", "rmsnorm");
    config.put("position_embedding_type", "rope");
    config.put("share_embeddings_and_output_weights", "true");
    config.put(
        "target",
        "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel");
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("model.embedding.word_embeddings.weight", Shape.of(16, 8));
    for (int layer = 0; layer < 4; layer++) {
      String prefix = "model.decoder.layers." + layer + ".";
      shapes.put(prefix + "self_attention.linear_proj.weight", Shape.of(8, 8));
      shapes.put(prefix + "self_attention.linear_proj.bias", Shape.of(8));
      shapes.put(prefix + "self_attention.linear_qkv.layer_norm_weight", Shape.of(8));
      shapes.put(prefix + "self_attention.linear_qkv.weight", Shape.of(24, 8));
      shapes.put(prefix + "self_attention.linear_qkv.bias", Shape.of(24));
      shapes.put(prefix + "mlp.linear_fc1.layer_norm_weight", Shape.of(8));
      shapes.put(prefix + "mlp.linear_fc1.weight", Shape.of(0, 8));
      shapes.put(prefix + "mlp.linear_fc1.bias", Shape.of(0));
      shapes.put(prefix + "mlp.linear_fc2.weight", Shape.of(8, 0));
      shapes.put(prefix + "mlp.linear_fc2.bias", Shape.of(8));
    }
    shapes.put("model.decoder.final_layernorm.weight", Shape.of(8));
    return TinyGpt.write(folder.resolve("llama"), config, DType.FLOAT32, shapes, random::nextBytes);
  }

  /** There and back, with all that looks at a checkpoint. */
  private void goesThrough(Path source, String there, UnaryOperator<Order> options) {
    Path target = folder.resolve(there + ".nemo");
    var order = options.apply(Order.of(source, target).with(parts -> parts.manifest(true)));
    ReportFile.write(HtmlReport.of(order.plan()), folder.resolve(there + ".html"), false);
    order.done();
    Attempt.verify(target, Detail.SUMS, Detail.VALUES).assertDone();
    Checkpoints.SHARDWRIGHT.manifest(target, ProgressListener.SILENT);
    Checkpoints.assertAlike(source, target);
    Path back = folder.resolve(there + "-back");
    Order.of(target, back).grid(1, 1).layout(WeightLayout.RANKS).vocab(16).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back), there);
  }

  @Test
  void aClassTokenOfNoLengthGoesToEveryGridAndLayout() throws IOException {
    Path vit = vit();
    goesThrough(vit, "two", order -> order.tp(2));
    goesThrough(vit, "four", order -> order.tp(4));
    goesThrough(vit, "arrays", order -> order.tp(2).layout(WeightLayout.DISTRIBUTED));
    assertFound(vit, CLASS_TOKEN + "\tfloat32\t[1, 0, 48]\t");
  }

  @Test
  void emptyPartsOfFusedAndCutTensorsGoToEveryGridAndLayout() {
    Path llama = llama();
    goesThrough(llama, "two", order -> order.tp(2));
    goesThrough(llama, "eight", order -> order.grid(4, 2));
    goesThrough(llama, "arrays", order -> order.tp(2).layout(WeightLayout.DISTRIBUTED));
    goesThrough(llama, "stages", order -> order.pp(4).layout(WeightLayout.DISTRIBUTED));
  }

  @Test
  void emptyTensorsAreCastInOtherNamingsAndInSafetensors() {
    Path llama = llama();
    Path legacy = folder.resolve("legacy.nemo");
    Order.of(llama, legacy).naming(Naming.LEGACY).grid(2, 2).done();
    Path again = folder.resolve("again.nemo");
    Order.of(legacy, again).naming(Naming.MCORE).layout(WeightLayout.RANKS).vocab(16).done();
    Checkpoints.assertAlike(llama, again);
    Order.of(llama, folder.resolve("half")).dtype(DType.BFLOAT16).lossy().done();
    Order.of(llama, folder.resolve("st")).to(TargetFormat.SAFETENSORS).tried().assertDone();
    Path file = folder.resolve("st/model.safetensors");
    assertFound(file, "weight\tfloat32\t[8, 0]\t");
  }

  /** torch's own strides, so that its files and ours say the same of a tensor of nothing. */
  @Test
  void stridesOfNothingAreTorchs() {
    assertEquals(List.of(48L, 48L, 1L), Shape.of(1, 0, 48).rowMajorStrides());
    assertEquals(List.of(1L), Shape.of(0).rowMajorStrides());
    assertEquals(List.of(1L, 1L), Shape.of(8, 0).rowMajorStrides());
  }

  @Test
  void aTrainingWithAnEmptyParameterKeepsItsOptimizer() throws IOException {
    Path training = training();
    for (int ranks : new int[] {1, 4, 2}) {
      Path out = Order.of(training, folder.resolve("out" + ranks)).tp(ranks).done();
      Path back = folder.resolve("back" + ranks);
      Order.of(out, back).tp(2).done();
      Checkpoints.assertAlike(training, back);
      assertEquals(Checkpoints.found(training), Checkpoints.found(back));
    }
    assertFound(training, "exp_avg_sq." + CLASS_TOKEN + "\tfloat32\t[1, 0, 48]");
  }

  private static void assertFound(Path checkpoint, String part) {
    var found = Checkpoints.found(checkpoint);
    assertTrue(found.stream().anyMatch(line -> line.contains(part)), found.toString());
  }

  /** A real training, its class token and what the optimizer keeps for it without elements. */
  private Path training() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path target = folder.resolve("training");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        TrainingFiles.rewrite(
            file, target.resolve(source.relativize(file)), EmptyTensorsTest::withoutToken);
      }
    }
    return target;
  }

  private static Dict withoutToken(Dict root) {
    shrink(((Call) TrainingFiles.get(root, "state_dict")).entries());
    var states = (Sequence) TrainingFiles.get(root, "optimizer_states");
    var state = (Dict) TrainingFiles.get(states.items().get(0), "state");
    state.entries().forEach(entry -> shrink(((Dict) entry.value()).entries()));
    var config = (Call) TrainingFiles.get(TrainingFiles.get(root, "hyper_parameters"), "cfg");
    var content = (Dict) TrainingFiles.get(config.state(), "_content");
    TrainingFiles.set(content, "class_token_length", Int.of(0));
    return root;
  }

  private static void shrink(List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (TorchFile.isTensor(entry.value()) && entry.value() instanceof Call tensor) {
        List<PickleValue> args = new ArrayList<>(((Tuple) tensor.args()).items());
        List<Long> dims =
            ((Tuple) args.get(2))
                .items().stream().map(dim -> ((Int) dim).value().longValue()).toList();
        if (dims.equals(List.of(1L, 8L, 48L))) {
          args.set(2, Tuple.of(Int.of(1), Int.of(0), Int.of(48)));
        } else if (dims.equals(List.of(24L, 48L))) {
          args.set(2, Tuple.of(Int.of(16), Int.of(48)));
        }
        var shrunk = new Call(tensor.kind(), tensor.callable(), new Tuple(args), tensor.kwargs());
        entries.set(i, new Entry(entry.key(), shrunk));
      }
    }
  }
}
