package io.shardwright.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A folder of Hugging Face with a LLaMA of random bf16 weights. */
record Llama(int layers, int hidden, long seed) {
  private static final int HEADS = 4;
  private static final int WORDS = 128;

  Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": %d,
         "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
         "num_key_value_heads": %d, "vocab_size": %d, "max_position_embeddings": 64,
         "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
         "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
        """
            .formatted(hidden, 2 * hidden, layers, HEADS, HEADS, WORDS));
    try (var out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      weights(out);
    }
    return folder;
  }

  private Map<String, int[]> shapes() {
    var shapes = new LinkedHashMap<String, int[]>();
    shapes.put("model.embed_tokens.weight", new int[] {WORDS, hidden});
    for (int layer = 0; layer < layers; layer++) {
      String at = "model.layers." + layer + ".";
      for (String name : new String[] {"q_proj", "k_proj", "v_proj", "o_proj"}) {
        shapes.put(at + "self_attn." + name + ".weight", new int[] {hidden, hidden});
      }
      shapes.put(at + "mlp.gate_proj.weight", new int[] {2 * hidden, hidden});
      shapes.put(at + "mlp.up_proj.weight", new int[] {2 * hidden, hidden});
      shapes.put(at + "mlp.down_proj.weight", new int[] {hidden, 2 * hidden});
      shapes.put(at + "input_layernorm.weight", new int[] {hidden});
      shapes.put(at + "post_attention_layernorm.weight", new int[] {hidden});
    }
    shapes.put("model.norm.weight", new int[] {hidden});
    shapes.put("lm_head.weight", new int[] {WORDS, hidden});
    return shapes;
  }

  private static long bytes(int[] shape) {
    return 2L * Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
  }

  private void weights(OutputStream out) throws IOException {
    long at = 0;
    var entries = new LinkedHashMap<String, String>();
    for (var tensor : shapes().entrySet()) {
      long end = at + bytes(tensor.getValue());
      entries.put(
          tensor.getKey(),
          "{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(Arrays.toString(tensor.getValue()), at, end));
      at = end;
    }
    String header =
        entries.entrySet().stream()
            .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
            .collect(Collectors.joining(",", "{", "}"));
    byte[] text = header.getBytes(UTF_8);
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
    out.write(text);
    var random = new Random(seed);
    for (long left = at; left > 0; left -= Math.min(left, 1 << 16)) {
      out.write(values(random, (int) Math.min(left, 1 << 16)));
    }
  }

  /** Exponents of ordinary numbers. */
  private static byte[] values(Random random, int count) {
    byte[] block = new byte[count];
    random.nextBytes(block);
    for (int high = 1; high < count; high += 2) {
      block[high] = (byte) (block[high] & 0x80 | 0x3c);
    }
    return block;
  }
}
