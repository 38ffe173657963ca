package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.DialectDocument;
import java.util.Set;

/**
 * Keys that say how a model is trained, run or saved, and not what it computes. There are a
 * thousand, and new ones with every release: they are told by their first words. What others mean
 * is decided by a switch that has a row.
 */
final class NeutralKeys {
  private static final Set<String> WORDS =
      Set.of(
          """
          account accumulate adam add adlr align allow app async auto autocast barrier batch bert
          bf16 biencoder block cache calc calculate chat check checkpoint ckpt classes clip clone
          config consumed context cp cpu create cross cuda data dataloader ddp deallocate decode
          decoder decoupled decrease defer delay delta dense deprecated deterministic dino disable
          dist distrib distribute distributed dump embedding empty enable encoder end eod ep error
          eval evidence exit exp expert external fake fault fim finalize fine finetune first flash
          flight fp16 fp32 fp4 fp8 freeze fsdp ft full fused global gpu grad gradient group grpo gtp
          head hf hierarchical high hysteresis ict img indexer inference init initial inprocess iter
          iteration iterations keep kitchen langrl lazy legacy lion load local log logging logits
          loss lr main make manual mask masked max megatron memory merge metadata micro microbatch
          mid min mlp mmap mock model multiple muon nccl no non null num nvtx object offload offset
          one onnx openai optimizer outer output overlap override pad padded parallel param params
          patch per perform persist phase pin pipeline pretrained profile pytorch quant query rampup
          rank recompute record refit relative replication rerun reset restore result retriever
          reuse rl run sample save scatter seed seq sequence sft sgd sharp short should skip skipped
          special split start step straggler stream strict suggested swin symmetric te tensor
          tensorboard test tiktoken timers timing titles tokenizer torch tp train transformer trust
          use valid validation variable verify virtual vision vocab wandb warmup weight wgrad world
          yaml
          """
              .strip()
              .split("\\s+"));

  /** Parts of what a switch turns on, and details of how a value is computed. */
  private static final Set<String> NAMES =
      Set.of(
          """
          _target_ _args_ _is_global_batch_size_explicitly_specified _cpu_offloading_context activation_func_fp8_input_store activation_offload_fraction
          apply_rope_fusion apply_wd_to_qk_layernorm attention_backend attention_softmax_in_fp32
          beta_fast beta_slow bias_activation_fusion bias_dropout_fusion bias_gelu_fusion
          bias_swiglu_fusion experimental_attention_variant_loss_scale_func
          forward_step_fn           hetereogenous_dist_checkpoint hybrid_attention_ratio hybrid_context_parallel
          hybrid_mlp_ratio kv_lora_rank last_pipeline_num_layers mla_down_proj_fusion mscale mscale_all_dim
          original_max_position_embeddings q_lora_rank qk_clip_alpha qk_clip_threshold qk_head_dim
          qk_pos_emb_head_dim rope_scaling rope_scaling_factor rope_type rotary_scaling_factor spec
          use_rope_scaling v_head_dim
          """
              .strip()
              .split("\\s+"));

  /** First words of the parts of what a switch turns on. */
  private static final Set<String> SWITCHED =
      Set.of("dsa", "linear", "mamba", "moe", "mtp", "mup", "yarn");

  private NeutralKeys() {}

  /** Those of a document. */
  static String[] of(DialectDocument document) {
    return document.document().fields().keySet().stream()
        .filter(NeutralKeys::isOne)
        .toArray(String[]::new);
  }

  private static boolean isOne(String key) {
    String first = key.split("_", 2)[0];
    return NAMES.contains(key) || WORDS.contains(first) || SWITCHED.contains(first);
  }
}
