package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Phi-3 stores the queries of all groups before all keys, and these before all values. */
class FusedQueriesTest extends ModelFolders {
  private static final String PHI =
      """
      {"architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "hidden_size": 16,
       "intermediate_size": 24, "num_attention_heads": 8, "num_hidden_layers": 2,
       "num_key_value_heads": 4, "max_position_embeddings": 32, "rms_norm_eps": 1e-05,
       "rope_theta": 10000.0, "tie_word_embeddings": false, "vocab_size": 24,
       "sliding_window": null, "dtype": "float32"}
      """;

  private Path phi() throws IOException {
    var random = new Random(7);
    var tensors = new HeldTensors();
    add(tensors, random, "model.embed_tokens.weight", 24, 16);
    for (int layer = 0; layer < 2; layer++) {
      String prefix = "model.layers." + layer + ".";
      add(tensors, random, prefix + "input_layernorm.weight", 16);
      add(tensors, random, prefix + "self_attn.qkv_proj.weight", 32, 16);
      add(tensors, random, prefix + "self_attn.o_proj.weight", 16, 16);
      add(tensors, random, prefix + "post_attention_layernorm.weight", 16);
      add(tensors, random, prefix + "mlp.gate_up_proj.weight", 48, 16);
      add(tensors, random, prefix + "mlp.down_proj.weight", 16, 24);
    }
    add(tensors, random, "model.norm.weight", 16);
    add(tensors, random, "lm_head.weight", 24, 16);
    Path phi = Files.createDirectories(folder.resolve("phi"));
    tensors.write(phi.resolve(WEIGHTS));
    Files.writeString(phi.resolve(CONFIG), PHI);
    return phi;
  }

  private static void add(HeldTensors tensors, Random random, String name, long... dims) {
    var spec = new TensorSpec(name, DType.FLOAT32, Shape.of(dims));
    byte[] bytes = new byte[(int) spec.byteSize()];
    random.nextBytes(bytes);
    tensors.add(spec, bytes);
  }

  @Test
  void becomeALlamasApart() throws IOException {
    Path phi = phi();
    Path nemo = convert(phi, "phi.nemo", order -> order.grid(2, 2));
    Path llama = convert(nemo, "llama", order -> order.architecture("LlamaForCausalLM"));
    Path back = convert(nemo, "back");
    HeldTensors from = HeldTensors.of(phi.resolve(WEIGHTS));
    HeldTensors apart = HeldTensors.of(llama.resolve(WEIGHTS));
    HeldTensors again = HeldTensors.of(back.resolve(WEIGHTS));
    for (int layer = 0; layer < 2; layer++) {
      String attention = "model.layers." + layer + ".self_attn.";
      byte[] fused = from.bytes(attention + "qkv_proj.weight");
      int row = 16 * 4;
      int begin = 0;
      for (String part : new String[] {"q", "k", "v"}) {
        int end = begin + (part.equals("q") ? 16 : 8) * row;
        assertArrayEquals(
            Arrays.copyOfRange(fused, begin, end),
            apart.bytes(attention + part + "_proj.weight"),
            part + " of layer " + layer);
        begin = end;
      }
      assertArrayEquals(fused, again.bytes(attention + "qkv_proj.weight"));
    }
  }
}
