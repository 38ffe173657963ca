package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.torch.TorchTree;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training whose model has a layer that predicts ahead: names and shapes of Megatron-Core
 * 0.19.2's own, stated here a second time.
 */
class AheadRanksTest {
  private static final String AHEAD = "mtp.layers.0.";
  private static final String INNER = AHEAD + "transformer_layer.";
  private static final int HIDDEN = 8;

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private Path model;

  @BeforeEach
  void save() throws Exception {
    var random = new Random(5);
    var items = new MegatronItems();
    shapes()
        .forEach(
            (name, shape) -> {
              byte[] bytes = new byte[(int) shape.elements() * Float.BYTES];
              random.nextBytes(bytes);
              items.add(name, DType.FLOAT32, shape, bytes);
            });
    String state = "common_state/shard_0_1";
    var common = Obj.empty().put("args", args());
    items.object(state, TorchTree.file("archive", new Arr(List.of(common)), state));
    model = folder.resolve("model");
    items.write(Files.createDirectories(model));
    Files.writeString(
        model.resolve("metadata.json"),
        "{\"sharded_backend\": \"torch_dist\", \"sharded_backend_version\": 1}");
    TinyTraining.in(model, TinyTraining.Form.NON_DISTRIBUTED, random, n -> !n.contains("fp32"));
  }

  private static Map<String, Shape> shapes() {
    var shapes = new LinkedHashMap<String, Shape>();
    shapes.put("embedding.word_embeddings.weight", Shape.of(16, HIDDEN));
    layer("decoder.layers.0.", shapes);
    layer("decoder.layers.1.", shapes);
    shapes.put("decoder.final_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(AHEAD + "enorm.weight", Shape.of(HIDDEN));
    shapes.put(AHEAD + "hnorm.weight", Shape.of(HIDDEN));
    shapes.put(AHEAD + "eh_proj.weight", Shape.of(HIDDEN, 2 * HIDDEN));
    layer(INNER, shapes);
    shapes.put(AHEAD + "final_layernorm.weight", Shape.of(HIDDEN));
    shapes.put("output_layer.weight", Shape.of(16, HIDDEN));
    return shapes;
  }

  private static void layer(String before, Map<String, Shape> shapes) {
    String qkv = before + "self_attention.linear_qkv.";
    shapes.put(before + "self_attention.linear_proj.weight", Shape.of(HIDDEN, HIDDEN));
    shapes.put(qkv + "layer_norm_weight", Shape.of(HIDDEN));
    shapes.put(qkv + "weight", Shape.of(2 * HIDDEN, HIDDEN));
    shapes.put(before + "mlp.linear_fc1.layer_norm_weight", Shape.of(HIDDEN));
    shapes.put(before + "mlp.linear_fc1.weight", Shape.of(24, HIDDEN));
    shapes.put(before + "mlp.linear_fc2.weight", Shape.of(HIDDEN, 12));
  }

  private static Obj args() {
    Obj args = Obj.empty().put("_target_", new Str("argparse.Namespace"));
    for (String size :
        "num_layers=2 hidden_size=8 ffn_hidden_size=12 num_attention_heads=4 num_query_groups=2 max_position_embeddings=64 padded_vocab_size=16 make_vocab_size_divisible_by=16 mtp_num_layers=1"
            .split(" ")) {
      args.put(size.split("=")[0], Num.of(Long.parseLong(size.split("=")[1])));
    }
    args.put("swiglu", new Bool(true)).put("add_bias_linear", new Bool(false));
    args.put("untie_embeddings_and_output_weights", new Bool(true));
    args.put("group_query_attention", new Bool(true));
    return args.put("normalization", new Str("RMSNorm"))
        .put("position_embedding_type", new Str("rope"));
  }

  private Order order(Path source, String target, TargetFormat format) {
    return Order.of(source, folder.resolve(target)).to(format).vocab(16);
  }

  @Test
  void comesBackFromFilesOfRanksWithItsOptimizer() {
    Path ranks =
        order(model, "ranks", MegatronCircleTest.MEGATRON)
            .layout(WeightLayout.RANKS)
            .grid(2, 1)
            .done();
    Path back =
        order(ranks, "back", MegatronCircleTest.TORCH_DIST)
            .layout(WeightLayout.DISTRIBUTED)
            .grid(1, 1)
            .done();
    assertTrue(Checkpoints.diff(model, back).same());
  }

  /** Megatron-LM has the embedding again on the last stage, which no file would fill. */
  @Test
  void refusesFilesOfRanksOfSeveralStages() throws Exception {
    order(model, "ranks", MegatronCircleTest.MEGATRON)
        .layout(WeightLayout.RANKS)
        .grid(1, 2)
        .tried()
        .assertRefused(Kind.INPUT, "mtp_num_layers");
  }

  @Test
  void refusesFlatBuffersOfSeveralStages() throws Exception {
    order(model, "flat", MegatronCircleTest.MEGATRON)
        .grid(1, 2)
        .with(p -> p.gridOptions(OptimizerCircleTest.buckets(2)))
        .tried()
        .assertRefused(Kind.INPUT, "mtp_num_layers");
  }
}
