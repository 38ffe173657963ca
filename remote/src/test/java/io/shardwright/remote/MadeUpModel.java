package io.shardwright.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;

/**
 * A LLaMA of any size in bfloat16 for a hub, in files whose bytes are made up from their offsets.
 *
 * @param layers how many
 * @param hidden width of the model
 * @param ffn width of its feed-forward layers
 * @param heads of attention, of hidden / heads elements
 * @param groups heads of keys and values
 * @param vocabulary rows of the embedding
 */
public record MadeUpModel(int layers, int hidden, int ffn, int heads, int groups, int vocabulary) {
  /** LLaMA 2 70B's sizes. */
  public static final MadeUpModel SEVENTY_BILLIONS = new MadeUpModel(80, 8192, 28672, 64, 8, 32000);

  private static final long SHARD = 5_000_000_000L;
  private static final byte[] NOISE = new byte[1 << 20];

  static {
    var random = new Random(70);
    ByteBuffer values = ByteBuffer.wrap(NOISE).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putShort((short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16));
    }
  }

  private Map<String, List<Integer>> tensors() {
    int kept = hidden / heads * groups;
    var all = new LinkedHashMap<String, List<Integer>>();
    all.put("model.embed_tokens.weight", List.of(vocabulary, hidden));
    for (int layer = 0; layer < layers; layer++) {
      String own = "model.layers." + layer + ".";
      all.put(own + "input_layernorm.weight", List.of(hidden));
      all.put(own + "mlp.down_proj.weight", List.of(hidden, ffn));
      all.put(own + "mlp.gate_proj.weight", List.of(ffn, hidden));
      all.put(own + "mlp.up_proj.weight", List.of(ffn, hidden));
      all.put(own + "post_attention_layernorm.weight", List.of(hidden));
      all.put(own + "self_attn.k_proj.weight", List.of(kept, hidden));
      all.put(own + "self_attn.o_proj.weight", List.of(hidden, hidden));
      all.put(own + "self_attn.q_proj.weight", List.of(hidden, hidden));
      all.put(own + "self_attn.v_proj.weight", List.of(kept, hidden));
    }
    all.put("model.norm.weight", List.of(hidden));
    all.put("lm_head.weight", List.of(vocabulary, hidden));
    return all;
  }

  private static long bytes(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(2, Math::multiplyExact);
  }

  /** Bytes of all tensors. */
  public long size() {
    return tensors().values().stream().mapToLong(MadeUpModel::bytes).sum();
  }

  /** Offers its files. */
  public TestHub on(TestHub hub) {
    var shards = new ArrayList<Map<String, List<Integer>>>();
    long room = 0;
    for (var tensor : tensors().entrySet()) {
      if (room < bytes(tensor.getValue())) {
        shards.add(new LinkedHashMap<>());
        room = SHARD;
      }
      room -= bytes(tensor.getValue());
      shards.get(shards.size() - 1).put(tensor.getKey(), tensor.getValue());
    }
    var index =
        new StringJoiner(
            ",", "{\"weight_map\":{", "},\"metadata\":{\"total_size\":" + size() + "}}");
    for (int n = 0; n < shards.size(); n++) {
      String name = String.format("model-%05d-of-%05d.safetensors", n + 1, shards.size());
      shards.get(n).keySet().forEach(tensor -> index.add("\"" + tensor + "\":\"" + name + "\""));
      hub.put(name, shard(name, shards.get(n)), true);
    }
    hub.put("model.safetensors.index.json", text(index.toString()), false);
    return hub.put("config.json", text(config()), false);
  }

  private static Content text(String text) {
    return Content.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private String config() {
    var sizes = new StringJoiner(",", "{", "}");
    sizes.add(quoted("architectures") + ":[" + quoted("LlamaForCausalLM") + "]");
    sizes.add(quoted("model_type") + ":" + quoted("llama"));
    sizes.add(quoted("hidden_act") + ":" + quoted("silu"));
    sizes.add(quoted("torch_dtype") + ":" + quoted("bfloat16"));
    sizes.add(quoted("tie_word_embeddings") + ":false");
    sizes.add(quoted("hidden_size") + ":" + hidden);
    sizes.add(quoted("intermediate_size") + ":" + ffn);
    sizes.add(quoted("num_hidden_layers") + ":" + layers);
    sizes.add(quoted("num_attention_heads") + ":" + heads);
    sizes.add(quoted("num_key_value_heads") + ":" + groups);
    sizes.add(quoted("vocab_size") + ":" + vocabulary);
    sizes.add(quoted("max_position_embeddings") + ":4096");
    sizes.add(quoted("rms_norm_eps") + ":1e-05");
    return sizes.add(quoted("rope_theta") + ":10000.0").toString();
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  private static Content shard(String name, Map<String, List<Integer>> tensors) {
    var entries = new StringJoiner(",", "{", "}");
    long at = 0;
    for (var tensor : tensors.entrySet()) {
      long end = at + bytes(tensor.getValue());
      entries.add(
          "\""
              + tensor.getKey()
              + "\":{\"dtype\":\"BF16\",\"shape\":"
              + tensor.getValue()
              + ",\"data_offsets\":["
              + at
              + ","
              + end
              + "]}");
      at = end;
    }
    byte[] json = entries.toString().getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ByteBuffer.allocate(8 + json.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array();
    return new Content(
        head.length + at,
        Content.sha256(name.getBytes(StandardCharsets.UTF_8)),
        (from, length, out) -> write(head, from, length, out));
  }

  private static void write(byte[] head, long from, long length, OutputStream out)
      throws IOException {
    long at = from;
    if (at < head.length) {
      int count = (int) Math.min(length, head.length - at);
      out.write(head, (int) at, count);
      at += count;
    }
    while (at < from + length) {
      // An odd stride, so that no two blocks of a tensor are the same.
      int start = (int) ((at - head.length) % (NOISE.length - 2));
      int count = (int) Math.min(from + length - at, NOISE.length - 2 - start);
      out.write(NOISE, start, count);
      at += count;
    }
  }
}
