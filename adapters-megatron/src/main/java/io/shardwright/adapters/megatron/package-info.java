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
 *               P where there are several stages, E where several ranks divide the experts
 * file        = torch file: {args: Namespace, checkpoint_version, iteration, optimizer, …, models}
 * models      = model: state | model0: state, model1: state, … one for each chunk of a stage
 * state       = names and tensors; before Megatron-Core dicts of modules, in them names and tensors
 * optimizer   = half | plain | [half*] | [plain*]     several: all parameters but the experts, the experts
 * half        = {optimizer: plain, fp32_from_fp16_params: [[master*] per group], grad_scaler: …?}
 * plain       = {state: {index: {exp_avg, exp_avg_sq, step?}}, param_groups: [{params: [index*], wd_mult, …}*]}
 * </pre>
 *
 * <p>Grammar of an optimizer whose state data-parallel ranks share, in flat buffers:
 *
 * <pre>
 * buffer      = bucket+   of a chunk of a rank's pipeline, and a type of parameter and gradient
 * bucket      = (gap parameter)+ end; the parameter that is registered last comes first
 * gap         = 0 to 63 elements, so that a parameter begins at a multiple of 64; none up to 0.7
 * end         = elements up to a multiple of lcm(DP, 128); not in what is stored
 * one tensor  = "param" | "exp_avg" | "exp_avg_sq", of 32 bits
 * per bucket  = "optimizer.distributed.dp_group_idx_" g ".gbuf_idx_" buffer ".dtype_(torch."
 *               parameter ", torch." gradient ").bucket_idx_" bucket "." tensor
 *               g = T + TP * P; in "dp_reshardable", beside objects with the buckets' sizes
 * per buffer  = {(parameter, gradient): {tensor: …, "numel_unpadded": elements}}, buckets in one
 *               in "distrib_optim.pt" beside a rank's file, and as the object ".param_state" of
 *               "dp_zero_gather_scatter"
 * experts     = another optimizer where ranks share them out: "chained_0." and "chained_1."
 *               before the keys, or a list of two; g = ETP rank + ETP * (E + EP * P)
 * </pre>
 *
 * From Megatron-Core 0.19 on the content of {@code common.pt} is the object {@code
 * common_state/shard_0_1}.
 */
package io.shardwright.adapters.megatron;
