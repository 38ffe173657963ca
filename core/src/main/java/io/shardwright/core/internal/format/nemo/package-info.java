/**
 * NeMo 1.x checkpoints: a {@code .nemo} archive (tar, or gzip of one) or the same members in a
 * folder.
 *
 * <pre>
 * checkpoint  = "model_config.yaml" weights artifact*
 * weights     = "model_weights.ckpt"                                     TP 1, PP 1
 *             | "mp_rank_" tp(2) "/model_weights.ckpt"                   TP over 1, PP 1
 *             | "mp_rank_" tp(2) ["_" pp(3)] "_" ep(3) "/model_weights.ckpt"   EP over 1, stage where PP is
 *             | "tp_rank_" tp(2) "_pp_rank_" pp(3) "/model_weights.ckpt" PP over 1
 * artifact    = any other member; the configuration refers to it as "nemo:" name
 * </pre>
 *
 * Each weights file is a torch zip of a state dict. Source: NeMo v1.23.0, {@code
 * nemo/core/connectors/save_restore_connector.py} and {@code
 * nemo/collections/nlp/parts/nlp_overrides.py}.
 */
package io.shardwright.core.internal.format.nemo;
