/**
 * Training checkpoints, as PyTorch Lightning writes them while NeMo trains.
 *
 * <pre>
 * checkpoints  = folder of steps; a step is known by its file's name
 * step         = NAME.ckpt                                    TP 1, PP 1
 *              | "mp_rank_" tp(2) "/" NAME.ckpt               TP over 1, PP 1
 *              | "tp_rank_" tp(2) "_pp_rank_" pp(3) "/" NAME.ckpt   PP over 1
 *              | NAME "/" distributed                         Megatron-Core: zarr arrays
 * file         = torch zip; dict with state_dict, optimizer_states, hyper_parameters, loops, …
 *                or model0, model1, … in place of state_dict where the pipeline is interleaved
 * distributed  = "metadata.json" "common.pt" array*; optimizer.state.KIND.NAME beside NAME
 * </pre>
 *
 * Nothing but the folder's name says which rank a file is. Sources: NeMo v1.23.0, {@code
 * nemo/utils/model_utils.py} (inject_model_parallel_rank), {@code
 * nemo/collections/nlp/parts/nlp_overrides.py}; PyTorch-Lightning 2.0, {@code
 * trainer/connectors/checkpoint_connector.py}.
 */
package io.shardwright.core.internal.format.lightning;
