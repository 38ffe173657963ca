package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of gpt-oss: experts in one tensor, transposed, gates and up projections in turn. */
class GptOssTest extends ModelFolders {
  private static final int HIDDEN = 32;
  private static final int WIDTH = 64;
  private static final int EXPERTS = 4;
  private static final String LAYER = "model.layers.1.";
  private static final String UP = LAYER + "mlp.experts.gate_up_proj";
  private static final String DOWN = LAYER + "mlp.experts.down_proj";

  private static final String JSON =
      """
      {"architectures": ["GptOssForCausalLM"], "model_type": "gpt_oss", "num_hidden_layers": 2,
       "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4, "head_dim": 8,
       "num_key_value_heads": 2, "num_local_experts": 4, "num_experts_per_tok": 2,
       "max_position_embeddings": 64, "rms_norm_eps": 1e-05, "vocab_size": 16,
       "attention_bias": true, "hidden_act": "silu", "sliding_window": 8,
       "layer_types": ["sliding_attention", "full_attention"], "tie_word_embeddings": false,
       "rope_theta": 150000.0, "rope_scaling": {"rope_type": "yarn", "factor": 32.0,
         "original_max_position_embeddings": 16, "beta_fast": 32.0, "beta_slow": 1.0,
         "truncate": false}%s}
      """;

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new TreeMap<>();
    shapes.put("model.embed_tokens.weight", Shape.of(16, HIDDEN));
    shapes.put("lm_head.weight", Shape.of(16, HIDDEN));
    shapes.put("model.norm.weight", Shape.of(HIDDEN));
    for (int number = 0; number < 2; number++) {
      String layer = "model.layers." + number + ".";
      String attention = layer + "self_attn.";
      shapes.put(layer + "input_layernorm.weight", Shape.of(HIDDEN));
      shapes.put(layer + "post_attention_layernorm.weight", Shape.of(HIDDEN));
      shapes.put(attention + "sinks", Shape.of(4));
      linear(attention + "q_proj", 32, HIDDEN, shapes);
      linear(attention + "k_proj", 16, HIDDEN, shapes);
      linear(attention + "v_proj", 16, HIDDEN, shapes);
      linear(attention + "o_proj", HIDDEN, 32, shapes);
      linear(layer + "mlp.router", EXPERTS, HIDDEN, shapes);
      String experts = layer + "mlp.experts.";
      shapes.put(experts + "gate_up_proj", Shape.of(EXPERTS, HIDDEN, 2 * WIDTH));
      shapes.put(experts + "gate_up_proj_bias", Shape.of(EXPERTS, 2 * WIDTH));
      shapes.put(experts + "down_proj", Shape.of(EXPERTS, WIDTH, HIDDEN));
      shapes.put(experts + "down_proj_bias", Shape.of(EXPERTS, HIDDEN));
    }
    return shapes;
  }

  private static void linear(String module, long rows, long columns, Map<String, Shape> shapes) {
    shapes.put(module + ".weight", Shape.of(rows, columns));
    shapes.put(module + ".bias", Shape.of(rows));
  }

  private HeldTensors model(Path place) throws IOException {
    var random = new Random(8);
    var held = new HeldTensors();
    shapes()
        .forEach(
            (name, shape) -> {
              var bytes = new byte[(int) shape.elements() * 2];
              for (int i = 0; i < bytes.length; i += 2) {
                bytes[i] = (byte) random.nextInt();
                bytes[i + 1] = (byte) (0x3d + random.nextInt(3));
              }
              held.add(new TensorSpec(name, DType.BFLOAT16, shape), bytes);
            });
    Files.createDirectories(place);
    Files.writeString(place.resolve(CONFIG), JSON.formatted(""));
    held.write(place.resolve(WEIGHTS));
    return held;
  }

  private static byte[] element(byte[] bytes, long at) {
    return new byte[] {bytes[(int) (2 * at)], bytes[(int) (2 * at) + 1]};
  }

  @Test
  void putsGatesBeforeUpProjectionsAndTransposes() throws IOException {
    var held = model(folder.resolve("oss"));
    Path out = convert(folder.resolve("oss"), "m", o -> o.layout(WeightLayout.RANKS));
    Path weights = out.resolve("model_weights.ckpt");
    for (int expert = 0; expert < EXPERTS; expert++) {
      String own = "model.decoder.layers.1.mlp.experts.local_experts." + expert + ".linear_fc";
      byte[] up = TinyGpt.bytes(weights, own + "1.weight");
      byte[] bias = TinyGpt.bytes(weights, own + "1.bias");
      byte[] down = TinyGpt.bytes(weights, own + "2.weight");
      for (int row = 0; row < 2 * WIDTH; row++) {
        int theirs = row < WIDTH ? 2 * row : 2 * (row - WIDTH) + 1;
        assertArrayEquals(
            element(held.bytes(UP + "_bias"), expert * 2L * WIDTH + theirs), element(bias, row));
        for (int column = 0; column < HIDDEN; column++) {
          long at = (expert * (long) HIDDEN + column) * 2 * WIDTH + theirs;
          assertArrayEquals(element(held.bytes(UP), at), element(up, row * (long) HIDDEN + column));
        }
      }
      for (int row = 0; row < HIDDEN; row++) {
        for (int column = 0; column < WIDTH; column++) {
          long at = (expert * (long) WIDTH + column) * HIDDEN + row;
          assertArrayEquals(
              element(held.bytes(DOWN), at), element(down, row * (long) WIDTH + column));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"RANKS, 2, 2, 1", "RANKS, 2, 1, 2", "DISTRIBUTED, 2, 2, 1"})
  void comesBackFromAnyRanks(WeightLayout layout, int tensor, int expert, int stages)
      throws IOException {
    Path source = folder.resolve("oss");
    var before = model(source);
    Path ranks =
        convert(
            source,
            "ranks",
            o ->
                o.layout(layout)
                    .grid(tensor, stages)
                    .with(r -> r.expertModelParallelSize(expert).expertTensorParallelSize(1)));
    Path back = convert(ranks, "back");
    var after = HeldTensors.of(back.resolve(WEIGHTS));
    assertEquals(shapes().keySet(), new TreeSet<>(after.names()));
    for (String name : after.names()) {
      assertEquals(before.spec(name), after.spec(name));
      assertArrayEquals(before.bytes(name), after.bytes(name), name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "megatron"})
  void comesBackFromMegatronsRoots(String format) throws IOException {
    Path source = folder.resolve("oss");
    var before = model(source);
    Path root =
        Order.of(source, folder.resolve("root"))
            .to(new TargetFormat(format))
            .tp(2)
            .with(r -> r.expertModelParallelSize(2).expertTensorParallelSize(1))
            .done();
    Path back = Order.of(root, folder.resolve("back")).to(TargetFormat.HUGGING_FACE).done();
    var after = HeldTensors.of(back.resolve(WEIGHTS));
    assertEquals(shapes().keySet(), new TreeSet<>(after.names()));
    for (String name : after.names()) {
      assertArrayEquals(before.bytes(name), after.bytes(name), name);
    }
    String said = Files.readString(back.resolve(CONFIG));
    assertTrue(said.contains("\"truncate\": false") && said.contains("sliding_attention"), said);
  }

  @Test
  void readsMxfp4AsItsProducts() throws IOException {
    Path plain = folder.resolve("plain");
    var values = model(plain);
    var quantized = model(folder.resolve("q"));
    quantize(UP, 2 * WIDTH, HIDDEN, quantized, values);
    quantize(DOWN, HIDDEN, WIDTH, quantized, values);
    values.write(plain.resolve(WEIGHTS));
    quantized.write(folder.resolve("q").resolve(WEIGHTS));
    String said = ", \"quantization_config\": {\"quant_method\": \"mxfp4\"}";
    Files.writeString(folder.resolve("q").resolve(CONFIG), JSON.formatted(said));
    assertRefused(Kind.INPUT, "2 weights are quantized", folder.resolve("q"));
    Path out = convert(folder.resolve("q"), "m", o -> o.tp(2).with(r -> r.dequantize(true)));
    assertEquals(Checkpoints.found(convert(plain, "e", o -> o.tp(2))), Checkpoints.found(out));
    var same =
        Checkpoints.SHARDWRIGHT.diff(
            folder.resolve("q"), plain, RunOptions.DEFAULT, ProgressListener.SILENT);
    assertTrue(same.same(), same.toString());
  }

  /** Random codes and scales, and what they mean with the last two axes exchanged. */
  private static void quantize(
      String name, int rows, int columns, HeldTensors quantized, HeldTensors values) {
    float[] numbers = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    var random = new Random(name.hashCode());
    var codes = new byte[EXPERTS * rows * columns / 2];
    var scales = new byte[codes.length / 16];
    var plain = new byte[codes.length * 4];
    random.nextBytes(codes);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (120 + random.nextInt(10));
    }
    for (int i = 0; i < 2 * codes.length; i++) {
      int code = codes[i / 2] >> i % 2 * 4 & 15;
      float value =
          Math.scalb(numbers[code & 7], (scales[i / 32] & 0xff) - 127) * (code < 8 ? 1 : -1);
      int expert = i / (rows * columns);
      int at = (expert * columns + i % columns) * rows + i / columns % rows;
      int bits = Float.floatToRawIntBits(value) >>> 16;
      plain[2 * at] = (byte) bits;
      plain[2 * at + 1] = (byte) (bits >> 8);
    }
    long groups = columns / 32;
    quantized.remove(name);
    quantized.add(
        new TensorSpec(name + "_blocks", DType.UINT8, Shape.of(EXPERTS, rows, groups, 16)), codes);
    quantized.add(
        new TensorSpec(name + "_scales", DType.UINT8, Shape.of(EXPERTS, rows, groups)), scales);
    values.add(new TensorSpec(name, DType.BFLOAT16, Shape.of(EXPERTS, columns, rows)), plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act",
        "\"rope_type\": \"yarn\" | \"rope_type\": \"linear\" | rope_type",
        "\"attention_bias\": true | \"attention_bias\": false | attention_bias",
        "\"sliding_attention\", \"full | \"sliding_attention\", \"chunked | chunked_attention",
      })
  void refusesAnotherComputation(String before, String after, String part) throws IOException {
    Path source = folder.resolve("oss");
    model(source);
    String text = JSON.formatted("");
    assertTrue(text.contains(before), before);
    Files.writeString(source.resolve(CONFIG), text.replace(before, after));
    assertRefused(Kind.INPUT, part, source);
  }
}
