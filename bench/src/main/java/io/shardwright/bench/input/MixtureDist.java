package io.shardwright.bench.input;

import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a root of Megatron-Bridge of a mixture of experts at an expert-parallel size, whose
 * weights are holes: an item for each expert and each matrix of a gate, and the state of each
 * module.
 */
public final class MixtureDist {
  private static final String FOLDER = "iter_0000000";
  private static final int STATE_BYTES = 1_513;
  private static final List<String> STATEFUL =
      List.of("linear_fc1", "linear_fc2", "linear_proj", "_up_proj", "_down_proj", "layernorm");

  private final Mixture model;
  private final List<DcpLayout> files = new ArrayList<>();
  private final List<Tensor> tensors = new ArrayList<>();
  private final Map<String, DcpItem> states = new LinkedHashMap<>();
  private final byte[] state = new byte[STATE_BYTES];

  /**
   * A model at an expert-parallel size.
   *
   * @param ranks that divide the experts
   */
  public MixtureDist(Mixture model, int ranks) {
    this.model = model;
    for (int rank = 0; rank < ranks; rank++) {
      files.add(new DcpLayout("__" + rank + "_0.distcp"));
    }
  }

  /** Writes the folder. */
  public void write(Path root) throws IOException {
    Path folder = Files.createDirectories(root.resolve(FOLDER));
    Files.writeString(root.resolve("latest_checkpointed_iteration.txt"), "0");
    add("embedding.word_embeddings.weight", 1, model.vocabulary(), model.hidden());
    for (int layer = 0; layer < model.layers(); layer++) {
      layer("decoder.layers." + layer + ".", layer);
    }
    add("decoder.final_layernorm.weight", 1, model.hidden());
    add("output_layer.weight", 1, model.vocabulary(), model.hidden());
    for (int layer = 0; layer < model.predicted(); layer++) {
      predicted("mtp.layers." + layer + ".");
    }
    Files.write(
        folder.resolve(".metadata"), DcpMetadataWriter.write(tensors, states, Form.TORCH_2_3));
    for (int rank = 0; rank < files.size(); rank++) {
      try (var channel = NemoInput.create(folder.resolve("__" + rank + "_0.distcp"))) {
        channel.write(ByteBuffer.allocate(1), files.get(rank).size() - 1);
      }
    }
    Files.writeString(folder.resolve("run_config.yaml"), config());
    Files.writeString(
        folder.resolve("metadata.json"),
        "{\"sharded_backend\": \"torch_dist\", \"sharded_backend_version\": 1}");
  }

  private void predicted(String prefix) {
    add(prefix + "enorm.weight", 1, model.hidden());
    add(prefix + "hnorm.weight", 1, model.hidden());
    add(prefix + "eh_proj.weight", 1, model.hidden(), 2 * model.hidden());
    layer(prefix + "transformer_layer.", model.layers());
    add(prefix + "final_layernorm.weight", 1, model.hidden());
  }

  private void layer(String prefix, int layer) {
    add(prefix + "input_layernorm.weight", 1, model.hidden());
    attention(prefix + "self_attention.");
    if (layer < model.dense()) {
      add(prefix + "mlp.linear_fc1.layer_norm_weight", 1, model.hidden());
      add(prefix + "mlp.linear_fc1.weight", 2, 2 * model.ffn(), model.hidden());
      add(prefix + "mlp.linear_fc2.weight", 1, model.hidden(), model.ffn());
      return;
    }
    add(prefix + "pre_mlp_layernorm.weight", 1, model.hidden());
    add(prefix + "mlp.router.weight", 1, model.experts(), model.hidden());
    add(DType.FLOAT32, prefix + "mlp.router.expert_bias", 1, model.experts());
    long width = model.expertFfn();
    add(prefix + "mlp.shared_experts.linear_fc1.weight", 2, 2 * width, model.hidden());
    add(prefix + "mlp.shared_experts.linear_fc2.weight", 1, model.hidden(), width);
    String experts = prefix + "mlp.experts.experts.";
    experts(experts + "linear_fc1", 2, 2 * width, model.hidden());
    experts(experts + "linear_fc2", 1, model.hidden(), width);
  }

  private void attention(String prefix) {
    long heads = model.heads();
    add(prefix + "linear_q_down_proj.weight", 1, Mixture.QUERY_RANK, model.hidden());
    add(prefix + "linear_q_up_proj.layer_norm_weight", 1, Mixture.QUERY_RANK);
    add(
        prefix + "linear_q_up_proj.weight",
        1,
        heads * (Mixture.PLAIN_HEAD + Mixture.ROTARY_HEAD),
        Mixture.QUERY_RANK);
    long keys = Mixture.KEY_RANK + Mixture.ROTARY_HEAD;
    add(prefix + "linear_kv_down_proj.weight", 1, keys, model.hidden());
    add(prefix + "linear_kv_up_proj.layer_norm_weight", 1, Mixture.KEY_RANK);
    add(
        prefix + "linear_kv_up_proj.weight",
        1,
        heads * (Mixture.PLAIN_HEAD + Mixture.VALUE_HEAD),
        Mixture.KEY_RANK);
    add(prefix + "linear_proj.weight", 1, model.hidden(), heads * Mixture.VALUE_HEAD);
  }

  private void add(String name, int matrices, long... dims) {
    add(DType.BFLOAT16, name, matrices, dims);
  }

  private void add(DType dtype, String name, int matrices, long... dims) {
    Shape whole = Shape.of(dims);
    var chunks = new ArrayList<Chunk>();
    for (int matrix = 0; matrix < matrices; matrix++) {
      Shape shape = whole.with(0, whole.dim(0) / matrices);
      chunks.add(chunk(dtype, List.of(), shape, matrix, 0));
    }
    tensors.add(new Tensor(new TensorSpec(name, dtype, whole), chunks));
    String module = name.substring(0, name.lastIndexOf('.'));
    if (name.endsWith(".weight") && STATEFUL.stream().anyMatch(module::endsWith)) {
      states.put(module + "._extra_state/shard_0_1", files.get(0).add(state));
    }
  }

  private void experts(String module, int matrices, long rows, long columns) {
    var chunks = new ArrayList<Chunk>();
    for (int expert = 0; expert < model.experts(); expert++) {
      int rank = expert * files.size() / model.experts();
      for (int matrix = 0; matrix < matrices; matrix++) {
        Shape shape = Shape.of(1, rows / matrices, columns);
        chunks.add(chunk(DType.BFLOAT16, List.of((long) expert), shape, matrix, rank));
      }
      states.put(
          module + "._extra_state/shard_" + expert + "_" + model.experts(),
          files.get(rank).add(state));
    }
    Shape whole = Shape.of(model.experts(), rows, columns);
    tensors.add(new Tensor(new TensorSpec(module + ".weight", DType.BFLOAT16, whole), chunks));
  }

  /** The so-manieth along the first axis behind the leading ones. */
  private Chunk chunk(DType dtype, List<Long> leading, Shape shape, int number, int rank) {
    var offset = new ArrayList<>(leading);
    offset.addAll(Collections.nCopies(shape.rank() - leading.size(), 0L));
    offset.set(leading.size(), number * shape.dim(leading.size()));
    DcpItem item = files.get(rank).add(new TensorSpec("chunk", dtype, shape));
    return new Chunk(new Region(offset, shape), item);
  }

  private String config() {
    String layers = "[" + "0, ".repeat(model.dense()) + "1, ".repeat(model.layers()) + "]";
    return """
    model:
      _target_: megatron.bridge.models.mla_provider.MLAModelProvider
      num_layers: %d
      hidden_size: %d
      ffn_hidden_size: %d
      num_attention_heads: %d
      vocab_size: %d
      num_moe_experts: %d
      moe_ffn_hidden_size: %d
      moe_shared_expert_intermediate_size: %d
      moe_layer_freq: %s
      mtp_num_layers: %s
      q_lora_rank: %d
      kv_lora_rank: %d
      qk_head_dim: %d
      qk_pos_emb_head_dim: %d
      v_head_dim: %d
      expert_model_parallel_size: %d
      expert_tensor_parallel_size: 1
      tensor_model_parallel_size: 1
      multi_latent_attention: true
      qk_layernorm: true
      moe_grouped_gemm: true
      moe_router_topk: 8
      moe_router_num_groups: 8
      moe_router_group_topk: 4
      moe_router_score_function: sigmoid
      moe_router_enable_expert_bias: true
      moe_router_pre_softmax: true
      moe_router_topk_scaling_factor: 2.5
      moe_router_dtype: fp32
      make_vocab_size_divisible_by: 1280
      seq_length: 4096
      normalization: RMSNorm
      layernorm_epsilon: 1.0e-06
      position_embedding_type: rope
      rope_type: yarn
      rotary_base: 10000.0
      rotary_scaling_factor: 40.0
      original_max_position_embeddings: 4096
      mscale: 1.0
      mscale_all_dim: 1.0
      add_bias_linear: false
      gated_linear_unit: true
      share_embeddings_and_output_weights: false
      activation_func: {_target_: torch.nn.functional.silu, _call_: false}
      bf16: true
      params_dtype: {_target_: torch.bfloat16, _call_: false}
    """
        .formatted(
            model.layers(),
            model.hidden(),
            model.ffn(),
            model.heads(),
            model.vocabulary(),
            model.experts(),
            model.expertFfn(),
            model.expertFfn(),
            layers.replaceFirst("(1, ){" + model.dense() + "}]", "]"),
            model.predicted() == 0 ? "null" : model.predicted(),
            Mixture.QUERY_RANK,
            Mixture.KEY_RANK,
            Mixture.PLAIN_HEAD,
            Mixture.ROTARY_HEAD,
            Mixture.VALUE_HEAD,
            files.size());
  }
}
