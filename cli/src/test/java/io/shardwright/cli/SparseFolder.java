package io.shardwright.cli;

import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The same model as a Hugging Face folder with one sparse file. */
final class SparseFolder extends SparseLlama {
  private static final long HIDDEN = 8192;
  private static final long FFN = 28_672;
  private static final long QKV = 10_240;
  private static final long HEAD = 128;
  private static final long QUERIES = 8;
  private static final String CONFIG =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
       "hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80,
       "num_attention_heads": 64, "num_key_value_heads": 8, "max_position_embeddings": 4096,
       "rms_norm_eps": 1e-05, "vocab_size": 32000, "tie_word_embeddings": false}
      """;

  SparseFolder() {
    tensors.clear();
    add("model.embed_tokens.weight", 32_000, HIDDEN);
    for (int layer = 0; layer < 80; layer++) {
      String prefix = "model.layers." + layer + ".";
      add(prefix + "input_layernorm.weight", HIDDEN);
      add(prefix + "self_attn.q_proj.weight", HIDDEN, HIDDEN);
      add(prefix + "self_attn.k_proj.weight", QUERIES * HEAD, HIDDEN);
      add(prefix + "self_attn.v_proj.weight", QUERIES * HEAD, HIDDEN);
      add(prefix + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
      add(prefix + "post_attention_layernorm.weight", HIDDEN);
      add(prefix + "mlp.gate_proj.weight", FFN, HIDDEN);
      add(prefix + "mlp.up_proj.weight", FFN, HIDDEN);
      add(prefix + "mlp.down_proj.weight", HIDDEN, FFN);
    }
    add("model.norm.weight", HIDDEN);
    add("lm_head.weight", 32_000, HIDDEN);
  }

  @Override
  Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), CONFIG);
    var specs =
        tensors.entrySet().stream()
            .map(e -> new TensorSpec(e.getKey(), DType.BFLOAT16, e.getValue()))
            .toList();
    var layout = SafetensorsLayout.of(specs);
    try (var file =
        FileChannel.open(
            folder.resolve("model.safetensors"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(layout.head()), 0);
      for (String name : tensors.keySet()) {
        if (marked(name)) {
          mark(file, layout.dataOffset(name), name);
        }
      }
      file.write(ByteBuffer.allocate(1), layout.size() - 1);
    }
    return folder;
  }

  @Override
  Spot spot(String name, long index) {
    String layer = "model.decoder.layers." + name.split("\\.")[2] + ".";
    String part = name.split("\\.", 4)[3];
    long row = index / HIDDEN;
    long column = index % HIDDEN;
    Shape qkv = Shape.of(QKV, HIDDEN);
    Shape gated = Shape.of(2 * FFN, HIDDEN);
    String attention = layer + "self_attention.";
    return switch (part) {
      case "input_layernorm.weight" ->
          new Spot(attention + "linear_qkv.layer_norm_weight", Shape.of(HIDDEN), index);
      case "self_attn.q_proj.weight" ->
          new Spot(attention + "linear_qkv.weight", qkv, fused(row / HEAD / QUERIES, row, column));
      case "self_attn.k_proj.weight", "self_attn.v_proj.weight" -> {
        long slot = part.contains("k_proj") ? QUERIES : QUERIES + 1;
        long target = (row / HEAD * (QUERIES + 2) + slot) * HEAD + row % HEAD;
        yield new Spot(attention + "linear_qkv.weight", qkv, target * HIDDEN + column);
      }
      case "self_attn.o_proj.weight" ->
          new Spot(attention + "linear_proj.weight", Shape.of(HIDDEN, HIDDEN), index);
      case "mlp.gate_proj.weight" -> new Spot(layer + "mlp.linear_fc1.weight", gated, index);
      case "mlp.up_proj.weight" ->
          new Spot(layer + "mlp.linear_fc1.weight", gated, FFN * HIDDEN + index);
      case "mlp.down_proj.weight" ->
          new Spot(layer + "mlp.linear_fc2.weight", Shape.of(HIDDEN, FFN), index);
      default -> new Spot(layer + "mlp.linear_fc1.layer_norm_weight", Shape.of(HIDDEN), index);
    };
  }

  private static long fused(long group, long row, long column) {
    long slot = row / HEAD % QUERIES;
    return ((group * (QUERIES + 2) + slot) * HEAD + row % HEAD) * HIDDEN + column;
  }
}
