/**
 * Model configurations in YAML, read and edited at node level: nothing is constructed, so that
 * every scalar that is not edited keeps its spelling.
 *
 * <pre>
 * document = one block or flow map; keys are scalars, each once
 * scalar   = as written: 1e-5, 16-mixed, yes, nemo:..., ${...}
 * </pre>
 *
 * Tags other than YAML's own and those of paths ({@code !!python/object/apply:pathlib.PosixPath}
 * before a list of texts) are refused, aliases, depth and size are limited. The configuration is
 * the node {@code model} where the document has one (NeMo v1.23.0, {@code
 * nemo/core/connectors/save_restore_connector.py}). Output is as OmegaConf writes it: block style,
 * indent 2, width 80, Unicode unescaped.
 */
package io.shardwright.core.internal.codec.yaml;
