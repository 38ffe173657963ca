/**
 * Checkpoints of Megatron-LM, Megatron-Core and Megatron-Bridge.
 *
 * <p>Grammar of the folder of a training:
 *
 * <pre>
 * root        = "latest_checkpointed_iteration.txt" iteration+
 * iteration   = "iter_" number(7) "/" saved | "release/" saved
 * saved       = distributed | rank+
 * distributed = "metadata.json" {"sharded_backend": "torch_dist", …}; written last
 *               ".metadata", a pickle: tensors with their chunks, objects, and where each lies
 *               *.distcp, items one after another, each a torch file of its own
 *               "run_config.yaml" of Megatron-Bridge: its section model says what the model is
 *               "common.pt" of Megatron-Core up to 0.18: {args: Namespace, …}
 * rank        = "mp_rank_" T(2) ["_" P(3)] ["_" E(3)] "/model_optim_rng.pt"
 *               P where there are several stages, E where several ranks share out the experts
 * file        = torch file: {args: Namespace, checkpoint_version, iteration, optimizer, …, models}
 * models      = model: state | model0: state, model1: state, … one for each chunk of a stage
 * state       = names and tensors; before Megatron-Core dicts of modules, in them names and tensors
 * </pre>
 *
 * From Megatron-Core 0.19 on the content of {@code common.pt} is the object {@code
 * common_state/shard_0_1}.
 */
package io.shardwright.adapters.megatron;
