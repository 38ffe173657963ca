package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import io.shardwright.spi.WeightLayout;
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

/** Files sort their tensors by name, so that layer 10 comes before layer 2. */
class ManyLayersTest extends ModelFolders {
  private static final int LAYERS = 12;
  private static final String FORMAT =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
       "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": %d,
       "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 16,
       "rms_norm_eps": 1e-05, "vocab_size": 256, "tie_word_embeddings": false}
      """;

  private Path write() throws IOException {
    Map<String, Shape> shapes = new TreeMap<>();
    shapes.put("model.embed_tokens.weight", Shape.of(256, 8));
    shapes.put("model.norm.weight", Shape.of(8));
    shapes.put("lm_head.weight", Shape.of(256, 8));
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = "model.layers." + layer + ".";
      shapes.put(at + "input_layernorm.weight", Shape.of(8));
      shapes.put(at + "post_attention_layernorm.weight", Shape.of(8));
      shapes.put(at + "self_attn.q_proj.weight", Shape.of(8, 8));
      shapes.put(at + "self_attn.k_proj.weight", Shape.of(4, 8));
      shapes.put(at + "self_attn.v_proj.weight", Shape.of(4, 8));
      shapes.put(at + "self_attn.o_proj.weight", Shape.of(8, 8));
      shapes.put(at + "mlp.gate_proj.weight", Shape.of(12, 8));
      shapes.put(at + "mlp.up_proj.weight", Shape.of(12, 8));
      shapes.put(at + "mlp.down_proj.weight", Shape.of(8, 12));
    }
    var specs =
        shapes.entrySet().stream()
            .map(e -> new TensorSpec(e.getKey(), DType.FLOAT32, e.getValue()))
            .toList();
    var layout = SafetensorsLayout.of(specs, "model.safetensors");
    byte[] bytes = new byte[(int) layout.size()];
    new Random(5).nextBytes(bytes);
    ByteBuffer.wrap(bytes).put(layout.head());
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve(CONFIG), FORMAT.formatted(LAYERS));
    Files.write(model.resolve(WEIGHTS), bytes);
    return model;
  }

  @Test
  void comeBackFromArraysAndRankFilesAsTheyWere() throws IOException {
    Path model = write();
    Path arrays = convert(model, "arrays.nemo", order -> order.grid(2, 2));
    Path ranks = convert(model, "ranks.nemo", order -> order.grid(2, 3).layout(WeightLayout.RANKS));
    for (Path nemo : new Path[] {arrays, ranks}) {
      Path back = convert(nemo, "back-" + nemo.getFileName());
      assertEquals(Checkpoints.tensors(model), Checkpoints.tensors(back));
    }
  }
}
