/**
 * Folders as {@code transformers} saves them.
 *
 * <pre>
 * folder  = "config.json" weights side-file*
 * weights = "model.safetensors"
 *         | "model.safetensors.index.json" ("model-" i(5) "-of-" n(5) ".safetensors")+
 *         | "pytorch_model.bin" | "pytorch_model.bin.index.json" ("pytorch_model-" … ".bin")+
 * index   = JSON: metadata.total_size (bytes of all tensors), weight_map (tensor to file)
 * </pre>
 *
 * Source: transformers 4.36.2, {@code modeling_utils.py} (save_pretrained, shard_checkpoint).
 */
package io.shardwright.adapters.huggingface;
