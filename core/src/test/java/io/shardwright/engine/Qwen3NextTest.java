package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of Qwen3-Next: gated delta nets, queries with gates, a layer that predicts ahead. */
class Qwen3NextTest extends ModelFolders {
  private static final int HIDDEN = 32;
  private static final int HEADS = 4;
  private static final int GROUPS = 2;
  private static final int HEAD = 8;
  private static final int KEY_HEADS = 2;
  private static final int VALUE_HEADS = 4;
  private static final int KEY = 6;
  private static final int VALUE = 5;
  private static final int KEYS = KEY_HEADS * KEY;
  private static final int VALUES = VALUE_HEADS * VALUE;
  private static final String NET = "model.layers.0.linear_attn.";
  private static final String CORE = "model.decoder.layers.";

  private static final String JSON =
      """
      {"architectures": ["Qwen3NextForCausalLM"], "model_type": "qwen3_next", "vocab_size": 16,
       "num_hidden_layers": 2, "hidden_size": 32, "intermediate_size": 24, "head_dim": 8,
       "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
       "layer_types": ["linear_attention", "full_attention"], "linear_conv_kernel_dim": 4,
       "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 6,
       "linear_value_head_dim": 5, "num_experts": 4, "num_experts_per_tok": 2,
       "moe_intermediate_size": 8, "shared_expert_intermediate_size": 12, "rms_norm_eps": 1e-06,
       "norm_topk_prob": true, "partial_rotary_factor": 0.25, "tie_word_embeddings": false,
       "attention_bias": false, "hidden_act": "silu", "rope_theta": 10000.0}
      """;

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new TreeMap<>();
    shapes.put("model.embed_tokens.weight", Shape.of(16, HIDDEN));
    shapes.put("lm_head.weight", Shape.of(16, HIDDEN));
    shapes.put("model.norm.weight", Shape.of(HIDDEN));
    net(shapes);
    full("model.layers.1.", shapes);
    full("mtp.layers.0.", shapes);
    experts("model.layers.0.", shapes);
    shapes.put("mtp.fc.weight", Shape.of(HIDDEN, 2 * HIDDEN));
    shapes.put("mtp.norm.weight", Shape.of(HIDDEN));
    shapes.put("mtp.pre_fc_norm_embedding.weight", Shape.of(HIDDEN));
    shapes.put("mtp.pre_fc_norm_hidden.weight", Shape.of(HIDDEN));
    return shapes;
  }

  private static void net(Map<String, Shape> shapes) {
    shapes.put("model.layers.0.input_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(NET + "in_proj_qkvz.weight", Shape.of(2 * KEYS + 2 * VALUES, HIDDEN));
    shapes.put(NET + "in_proj_ba.weight", Shape.of(2 * VALUE_HEADS, HIDDEN));
    shapes.put(NET + "conv1d.weight", Shape.of(2 * KEYS + VALUES, 1, 4));
    shapes.put(NET + "A_log", Shape.of(VALUE_HEADS));
    shapes.put(NET + "dt_bias", Shape.of(VALUE_HEADS));
    shapes.put(NET + "norm.weight", Shape.of(VALUE));
    shapes.put(NET + "out_proj.weight", Shape.of(HIDDEN, VALUES));
  }

  private static void full(String layer, Map<String, Shape> shapes) {
    String attention = layer + "self_attn.";
    shapes.put(layer + "input_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(attention + "q_proj.weight", Shape.of(2L * HEADS * HEAD, HIDDEN));
    shapes.put(attention + "k_proj.weight", Shape.of(GROUPS * HEAD, HIDDEN));
    shapes.put(attention + "v_proj.weight", Shape.of(GROUPS * HEAD, HIDDEN));
    shapes.put(attention + "o_proj.weight", Shape.of(HIDDEN, HEADS * HEAD));
    shapes.put(attention + "q_norm.weight", Shape.of(HEAD));
    shapes.put(attention + "k_norm.weight", Shape.of(HEAD));
    experts(layer, shapes);
  }

  private static void experts(String layer, Map<String, Shape> shapes) {
    String mlp = layer + "mlp.";
    shapes.put(layer + "post_attention_layernorm.weight", Shape.of(HIDDEN));
    shapes.put(mlp + "gate.weight", Shape.of(4, HIDDEN));
    shapes.put(mlp + "shared_expert_gate.weight", Shape.of(1, HIDDEN));
    gated(mlp + "shared_expert.", 12, shapes);
    for (int expert = 0; expert < 4; expert++) {
      gated(mlp + "experts." + expert + ".", 8, shapes);
    }
  }

  private static void gated(String module, long width, Map<String, Shape> shapes) {
    shapes.put(module + "gate_proj.weight", Shape.of(width, HIDDEN));
    shapes.put(module + "up_proj.weight", Shape.of(width, HIDDEN));
    shapes.put(module + "down_proj.weight", Shape.of(HIDDEN, width));
  }

  /** Whole numbers, of which float32 loses none. */
  private HeldTensors model(Path place) throws IOException {
    var random = new Random(6);
    var held = new HeldTensors();
    shapes()
        .forEach(
            (name, shape) -> {
              var bytes = ByteBuffer.allocate((int) shape.elements() * 4);
              bytes.order(ByteOrder.LITTLE_ENDIAN);
              while (bytes.hasRemaining()) {
                bytes.putFloat(random.nextInt(1 << 20));
              }
              held.add(new TensorSpec(name, DType.FLOAT32, shape), bytes.array());
            });
    Files.createDirectories(place);
    Files.writeString(place.resolve(CONFIG), JSON);
    held.write(place.resolve(WEIGHTS));
    return held;
  }

  private static float[] floats(byte[] bytes) {
    var floats = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  private static void assertRow(float[] expected, int row, float[] found, int at, String what) {
    for (int column = 0; column < HIDDEN; column++) {
      assertEquals(expected[row * HIDDEN + column], found[at * HIDDEN + column], what + row);
    }
  }

  private Path ranks() throws IOException {
    Path out = convert(folder.resolve("next"), "m", o -> o.layout(WeightLayout.RANKS));
    return out.resolve("model_weights.ckpt");
  }

  @Test
  void putsAGroupsQueriesBeforeTheirGates() throws IOException {
    var held = model(folder.resolve("next"));
    String name = CORE + "1.self_attention.linear_qkv.weight";
    float[] fused = floats(TinyGpt.bytes(ranks(), name));
    float[] queries = floats(held.bytes("model.layers.1.self_attn.q_proj.weight"));
    float[] keys = floats(held.bytes("model.layers.1.self_attn.k_proj.weight"));
    float[] values = floats(held.bytes("model.layers.1.self_attn.v_proj.weight"));
    int each = HEADS / GROUPS;
    int at = 0;
    for (int group = 0; group < GROUPS; group++) {
      for (int gate = 0; gate < 2; gate++) {
        for (int head = group * each; head < (group + 1) * each; head++) {
          for (int row = 0; row < HEAD; row++) {
            assertRow(queries, (2 * head + gate) * HEAD + row, fused, at++, "query or gate ");
          }
        }
      }
      for (int row = 0; row < HEAD; row++) {
        assertRow(keys, group * HEAD + row, fused, at + row, "key ");
        assertRow(values, group * HEAD + row, fused, at + HEAD + row, "value ");
      }
      at += 2 * HEAD;
    }
  }

  @Test
  void putsTheInputsOfANetOneAfterAnother() throws IOException {
    var held = model(folder.resolve("next"));
    Path weights = ranks();
    float[] all = floats(TinyGpt.bytes(weights, CORE + "0.self_attention.in_proj.weight"));
    float[] wide = floats(held.bytes(NET + "in_proj_qkvz.weight"));
    float[] narrow = floats(held.bytes(NET + "in_proj_ba.weight"));
    int share = VALUE_HEADS / KEY_HEADS;
    int[] sizes = {KEY, KEY, share * VALUE, share * VALUE};
    int turn = 2 * KEY + 2 * share * VALUE;
    int at = 0;
    for (int part = 0, skipped = 0; part < 4; skipped += sizes[part++]) {
      for (int head = 0; head < KEY_HEADS; head++) {
        for (int row = 0; row < sizes[part]; row++) {
          assertRow(wide, head * turn + skipped + row, all, at++, "part " + part + " ");
        }
      }
    }
    for (int part = 0; part < 2; part++) {
      for (int head = 0; head < VALUE_HEADS; head++) {
        int row = head / share * 2 * share + part * share + head % share;
        assertRow(narrow, row, all, at++, "decay ");
      }
    }
    float[] norm = floats(held.bytes(NET + "norm.weight"));
    float[] less = floats(TinyGpt.bytes(weights, CORE + "0.self_attention.out_norm.weight"));
    for (int i = 0; i < norm.length; i++) {
      assertEquals(norm[i] - 1, less[i]);
    }
    assertArrayEquals(
        held.bytes("mtp.fc.weight"), TinyGpt.bytes(weights, "model.mtp.layers.0.eh_proj.weight"));
  }

  @ParameterizedTest
  @CsvSource({"RANKS, 2, 2, 1", "RANKS, 2, 1, 2", "DISTRIBUTED, 2, 4, 2"})
  void comesBackFromAnyRanks(WeightLayout layout, int tensor, int expert, int stages)
      throws IOException {
    Path source = folder.resolve("next");
    var before = model(source);
    Path ranks =
        convert(
            source,
            "ranks",
            o ->
                o.layout(layout).grid(tensor, stages).with(r -> r.expertModelParallelSize(expert)));
    var after = HeldTensors.of(convert(ranks, "back").resolve(WEIGHTS));
    assertEquals(shapes().keySet(), new TreeSet<>(after.names()));
    for (String name : after.names()) {
      assertArrayEquals(before.bytes(name), after.bytes(name), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "megatron"})
  void comesBackFromMegatronsRoots(String format) throws IOException {
    Path source = folder.resolve("next");
    var before = model(source);
    Path root =
        Order.of(source, folder.resolve("root"))
            .to(new TargetFormat(format))
            .tp(2)
            .with(r -> r.expertModelParallelSize(2).expertTensorParallelSize(1))
            .done();
    if (format.equals("bridge")) {
      String said = Files.readString(root.resolve("iter_0000000").resolve("run_config.yaml"));
      assertTrue(said.contains("hetereogenous_dist_checkpoint: true"), said);
      assertTrue(said.contains("transformer_layer_spec:"), said);
    }
    Path back = Order.of(root, folder.resolve("back")).to(TargetFormat.HUGGING_FACE).done();
    var after = HeldTensors.of(back.resolve(WEIGHTS));
    assertEquals(shapes().keySet(), new TreeSet<>(after.names()));
    for (String name : after.names()) {
      assertArrayEquals(before.bytes(name), after.bytes(name), name);
    }
  }

  /** Rows of each matrix and rank, on one side of a picture. */
  private static Map<String, Long> rows(List<Panel> panels) {
    return panels.stream()
        .flatMap(panel -> panel.bands().stream())
        .collect(
            Collectors.groupingBy(
                band -> band.group() + " of " + band.rank(),
                TreeMap::new,
                Collectors.summingLong(band -> band.to() - band.from())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "nemo"})
  void drawsTheMatricesOfANetsInput(String format) throws IOException {
    Path source = folder.resolve("next");
    model(source);
    var plan = Order.of(source, folder.resolve("t")).to(new TargetFormat(format)).tp(2).plan();
    TensorPicture net = plan.outline().pictures().get(0);
    assertEquals(TensorPicture.Kind.ATTENTION, net.kind());
    assertTrue(net.name().contains("in_proj.weight"), net.name());
    var rows = rows(net.before());
    assertEquals(rows(net.after()), rows);
    long values = VALUES / 2;
    assertEquals(
        List.of(6L, 6L, 6L, 6L, values, values, values, values, 2L, 2L, 2L, 2L),
        List.copyOf(rows.values()));
  }

  /** Its document states none, as transformers 5 writes it. */
  @Test
  void findsTheLayerAheadOfAFolderAlone() throws IOException {
    Path source = folder.resolve("next");
    var before = model(source);
    Path alone = Order.of(source, folder.resolve("a")).to(new TargetFormat("torch_dist")).done();
    var back = Order.of(alone, folder.resolve("back")).to(TargetFormat.HUGGING_FACE);
    var after = HeldTensors.of(back.config(source.resolve(CONFIG)).done().resolve(WEIGHTS));
    assertArrayEquals(before.bytes("mtp.fc.weight"), after.bytes("mtp.fc.weight"));
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.1.mlp.experts.2.up_proj.weight, layers.1.mlp.experts.2",
    "mtp.layers.0.mlp.experts.3.down_proj.weight, mtp.layers.0.mlp.experts.3",
    "mtp.norm.weight, mtp.norm.weight",
    "model.layers.0.linear_attn.in_proj_ba.weight, in_proj_ba",
  })
  void refusesAModelThatIsNotWhole(String absent, String part) throws IOException {
    Path source = folder.resolve("next");
    model(source).remove(absent).write(source.resolve(WEIGHTS));
    assertRefused(Kind.INPUT, part, source);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"attention_bias\": false | \"attention_bias\": true | attention_bias",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act",
        "\"full_attention\"] | \"sliding_attention\"] | sliding_attention",
        "\"rope_theta\" | \"full_attention_interval\": 3, \"rope_theta\" | mean different layers",
      })
  void refusesAnotherComputation(String before, String after, String part) throws IOException {
    Path source = folder.resolve("next");
    model(source);
    assertTrue(JSON.contains(before), before);
    Files.writeString(source.resolve(CONFIG), JSON.replace(before, after));
    assertRefused(Kind.INPUT, part, source);
  }
}
