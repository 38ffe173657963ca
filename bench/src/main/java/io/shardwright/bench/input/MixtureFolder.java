package io.shardwright.bench.input;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.safetensors.SafetensorsLayout;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes a Hugging Face folder of a mixture of experts: shards and their index.
 *
 * @param files that the tensors are spread over
 */
public record MixtureFolder(Mixture model, int files, Filling filling) {
  /** Writes the folder. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config());
    List<TensorSpec> tensors = model.tensors();
    Obj places = Obj.empty();
    int each = (tensors.size() + files - 1) / files;
    for (int file = 0; file < files; file++) {
      String name = "model-%05d-of-%06d.safetensors".formatted(file + 1, files);
      int end = Math.min(tensors.size(), (file + 1) * each);
      var shard = tensors.subList(Math.min(file * each, end), end);
      shard.forEach(tensor -> places.put(tensor.name(), new Str(name)));
      write(folder.resolve(name), shard);
    }
    Files.write(
        folder.resolve("model.safetensors.index.json"),
        JsonDocument.compact(Obj.empty().put("metadata", Obj.empty()).put("weight_map", places)));
  }

  private void write(Path path, List<TensorSpec> tensors) throws IOException {
    var layout = SafetensorsLayout.of(tensors, path.toString());
    try (var file = NemoInput.create(path)) {
      file.write(ByteBuffer.allocate(1), layout.size() - 1);
      file.write(ByteBuffer.wrap(layout.head()), 0);
      for (TensorSpec tensor : tensors) {
        filling.fill(file, layout.dataOffset(tensor.name()), part(tensor));
      }
    }
  }

  private static Part part(TensorSpec tensor) {
    List<Long> dims = tensor.shape().dims();
    long columns = dims.get(dims.size() - 1);
    var whole = new Whole(tensor.name(), tensor.shape().elements() / columns, columns);
    return new Part(tensor, whole, 0, row -> row);
  }

  private String config() {
    String quantization =
        model.quantized()
            ? """
             "quantization_config": {"quant_method": "fp8", "fmt": "e4m3",
              "activation_scheme": "dynamic", "weight_block_size": [128, 128]},
            """
            : "";
    return """
    {"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3",
     "torch_dtype": "bfloat16", "hidden_act": "silu", "hidden_size": %d, "intermediate_size": %d,
     "moe_intermediate_size": %d, "num_hidden_layers": %d, "first_k_dense_replace": %d,
     "num_nextn_predict_layers": %d, "n_routed_experts": %d, "n_shared_experts": 1,
     "num_experts_per_tok": 8, "n_group": 8, "topk_group": 4, "topk_method": "noaux_tc",
     "scoring_func": "sigmoid", "norm_topk_prob": true, "routed_scaling_factor": 2.5,
     "moe_layer_freq": 1, "num_attention_heads": %d, "num_key_value_heads": %d,
     "q_lora_rank": %d, "kv_lora_rank": %d, "qk_nope_head_dim": %d, "qk_rope_head_dim": %d,
     "v_head_dim": %d, "attention_bias": false, "attention_dropout": 0.0,
     "max_position_embeddings": 163840, "rope_theta": 10000, "rms_norm_eps": 1e-06,
     "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096,
      "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0},
    %s "vocab_size": %d, "tie_word_embeddings": false}
    """
        .formatted(
            model.hidden(),
            model.ffn(),
            model.expertFfn(),
            model.layers(),
            model.dense(),
            model.predicted(),
            model.experts(),
            model.heads(),
            model.heads(),
            Mixture.QUERY_RANK,
            Mixture.KEY_RANK,
            Mixture.PLAIN_HEAD,
            Mixture.ROTARY_HEAD,
            Mixture.VALUE_HEAD,
            quantization,
            model.vocabulary());
  }
}
