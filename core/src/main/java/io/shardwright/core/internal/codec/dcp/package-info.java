/**
 * PyTorch's distributed checkpoints (DCP), which Megatron-Core's {@code torch_dist}, NeMo 2 and
 * Megatron-Bridge hold: one pickle that says what lies where, and files of items.
 *
 * <pre>
 * folder    = ".metadata" *.distcp            files that a format adds are not part of it
 * .metadata = a pickle (protocol 2 to 5) of Metadata:
 *             state_dict_metadata  {key: TensorStorageMetadata | BytesStorageMetadata}
 *             storage_data         {MetadataIndex: _StorageInfo}
 *             planner_data, storage_meta, version, mcore_data, all_local_plans: ignored
 * TensorStorageMetadata = properties (element type first), size, chunks [ChunkStorageMetadata]
 * ChunkStorageMetadata  = offsets, sizes      in elements; the chunks hold each element once
 * MetadataIndex         = fqn (the key), offset (a chunk's offsets; none for an object), index
 * _StorageInfo          = relative_path, offset, length   of a file of the folder
 * *.distcp  = item*                           without header and gap
 * item      = a torch file (a zip) of one tensor, of the chunk's sizes and of any strides
 *           | a torch file of an object
 * *.distcp  | a safetensors file, whose tensors have the keys' names and not the stated offsets
 * </pre>
 *
 * Names in the pickle stay names; those that no such checkpoint has are refused. Source: PyTorch
 * 2.1 to 2.15, {@code torch/distributed/checkpoint/metadata.py} and {@code filesystem.py};
 * Megatron-Core 0.7 to 0.19, {@code megatron/core/dist_checkpointing/strategies/torch.py}.
 */
package io.shardwright.core.internal.codec.dcp;
