package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of Llama 4 without images: read, verified and compared, and not written for Megatron. */
class Llama4Test extends ModelFolders {
  private static final int HIDDEN = 16;
  private static final int WIDTH = 12;
  private static final int EXPERTS = 2;
  private static final String UP = "model.layers.1.feed_forward.experts.gate_up_proj";
  private static final String DOWN = "model.layers.1.feed_forward.experts.down_proj";

  private static final String JSON =
      """
      {"architectures": ["Llama4ForCausalLM"], "model_type": "llama4_text", "vocab_size": 8,
       "num_hidden_layers": 2, "hidden_size": 16, "intermediate_size": 12,
       "intermediate_size_mlp": 20, "num_attention_heads": 2, "num_key_value_heads": 2,
       "head_dim": 8, "num_local_experts": 2, "num_experts_per_tok": 1, "moe_layers": [1],
       "interleave_moe_layer_step": 2, "no_rope_layers": [1, 0], "attention_chunk_size": 8,
       "layer_types": ["chunked_attention", "full_attention"], "rms_norm_eps": 1e-05,
       "max_position_embeddings": 32, "rope_theta": 500000.0, "tie_word_embeddings": false,
       "attention_bias": false, "hidden_act": "silu", "use_qk_norm": true}
      """;

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new TreeMap<>();
    shapes.put("model.embed_tokens.weight", Shape.of(8, HIDDEN));
    shapes.put("lm_head.weight", Shape.of(8, HIDDEN));
    shapes.put("model.norm.weight", Shape.of(HIDDEN));
    for (int number = 0; number < 2; number++) {
      String layer = "model.layers." + number + ".";
      shapes.put(layer + "input_layernorm.weight", Shape.of(HIDDEN));
      shapes.put(layer + "post_attention_layernorm.weight", Shape.of(HIDDEN));
      for (String name : new String[] {"q", "k", "v", "o"}) {
        shapes.put(layer + "self_attn." + name + "_proj.weight", Shape.of(16, HIDDEN));
      }
    }
    gated("model.layers.0.feed_forward.", 20, shapes);
    gated("model.layers.1.feed_forward.shared_expert.", WIDTH, shapes);
    shapes.put("model.layers.1.feed_forward.router.weight", Shape.of(EXPERTS, HIDDEN));
    shapes.put(UP, Shape.of(EXPERTS, HIDDEN, 2 * WIDTH));
    shapes.put(DOWN, Shape.of(EXPERTS, WIDTH, HIDDEN));
    return shapes;
  }

  private static void gated(String module, long width, Map<String, Shape> shapes) {
    shapes.put(module + "gate_proj.weight", Shape.of(width, HIDDEN));
    shapes.put(module + "up_proj.weight", Shape.of(width, HIDDEN));
    shapes.put(module + "down_proj.weight", Shape.of(HIDDEN, width));
  }

  private HeldTensors model(Path place) throws IOException {
    var random = new Random(4);
    var held = new HeldTensors();
    shapes()
        .forEach(
            (name, shape) -> {
              var bytes = new byte[(int) shape.elements() * 2];
              random.nextBytes(bytes);
              held.add(new TensorSpec(name, DType.BFLOAT16, shape), bytes);
            });
    Files.createDirectories(place);
    Files.writeString(place.resolve(CONFIG), JSON);
    held.write(place.resolve(WEIGHTS));
    return held;
  }

  @Test
  void putsGatesBeforeUpProjectionsByOutputFeatures() throws IOException {
    Path source = folder.resolve("llama4");
    var held = model(source);
    ByteBuffer all = ByteBuffer.wrap(held.bytes(UP));
    ByteBuffer down = ByteBuffer.wrap(held.bytes(DOWN));
    try (var read = Shardwright.restoreFrom(source)) {
      for (int expert = 0; expert < EXPERTS; expert++) {
        String own = "decoder.layers.1.mlp.experts.local_experts." + expert + ".linear_fc";
        ByteBuffer up = read.tensor(own + "1.weight").bytes();
        ByteBuffer back = read.tensor(own + "2.weight").bytes();
        for (int row = 0; row < 2 * WIDTH; row++) {
          for (int column = 0; column < HIDDEN; column++) {
            int theirs = (expert * HIDDEN + column) * 2 * WIDTH + row;
            assertSame(all, theirs, up, row * HIDDEN + column);
          }
        }
        for (int row = 0; row < HIDDEN; row++) {
          for (int column = 0; column < WIDTH; column++) {
            assertSame(down, (expert * WIDTH + column) * HIDDEN + row, back, row * WIDTH + column);
          }
        }
      }
    }
  }

  private static void assertSame(ByteBuffer expected, int at, ByteBuffer found, int place) {
    for (int half = 0; half < 2; half++) {
      assertEquals(expected.get(2 * at + half), found.get(2 * place + half), "element " + place);
    }
  }

  @Test
  void isWholeAndNotWrittenForMegatron() throws IOException {
    Path source = folder.resolve("llama4");
    model(source);
    assertTrue(Attempt.verify(source).kind().isEmpty());
    assertRefused(Kind.PLAN, "Megatron-Core has no attention in chunks", source);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"moe_layers\": [1] | \"moe_layers\": [0] | layers.0.feed_forward",
        "\"no_rope_layers\": [1, 0] | \"no_rope_layers\": [1, 0, 1] | lists 3 layers",
      })
  void refusesADocumentThatContradictsItsTensors(String before, String after, String part)
      throws IOException {
    Path source = folder.resolve("llama4");
    model(source);
    assertTrue(JSON.contains(before), before);
    Files.writeString(source.resolve(CONFIG), JSON.replace(before, after));
    assertRefused(Kind.INPUT, part, source);
  }
}
