/**
 * Distributed checkpoints of Megatron-Core.
 *
 * <p>Grammar of an iteration's folder:
 *
 * <pre>
 * metadata.json     {"sharded_backend": "torch_dist", …}; written last
 * .metadata         pickle: tensors with their chunks, objects, and where each lies
 * *.distcp          items one after another, each a torch file of its own
 * run_config.yaml   Megatron-Bridge: its section model says what the model is
 * common.pt         Megatron-Core up to 0.18: {args: Namespace, …}
 * </pre>
 *
 * From Megatron-Core 0.19 on the content of {@code common.pt} is the object {@code
 * common_state/shard_0_1}. A root has {@code latest_checkpointed_iteration.txt}, which says a
 * number or {@code release}, and the folders {@code iter_XXXXXXX} or {@code release}.
 */
package io.shardwright.adapters.megatron;
