package io.shardwright.adapters.llama;

import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;

import io.shardwright.adapters.nvgpt.McoreGptTable;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;

/**
 * Layers that predict further tokens, as DeepSeek V3 and GLM-4.5 number them: behind the decoder's,
 * each with copies of the embedding and of the output layer (the published checkpoints).
 */
final class PredictionRows {
  static final String COUNT = "mtp_num_layers";
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final String OWN = "model.layers.{num_layers}+*.";
  private static final String CORE = "mtp.layers.*.";

  /** The layer of the decoder's kind in each of them. */
  static final LayerRows INNER = new LayerRows(OWN, CORE + "transformer_layer.", false);

  /** Published models have one. */
  private static final int MOST = 2;

  private PredictionRows() {}

  /**
   * The rows.
   *
   * @param inner those of {@link #INNER}
   */
  static ParameterTable of(ParameterTable inner) {
    return ParameterTable.of(
            replicated(OWN + "enorm.weight").of(CORE + "enorm.weight"),
            replicated(OWN + "hnorm.weight").of(CORE + "hnorm.weight"),
            column(OWN + "eh_proj.weight").of(CORE + "eh_proj.weight"),
            replicated(OWN + "shared_head.norm.weight").of(CORE + "final_layernorm.weight"))
        .and(inner)
        .unless(COUNT, "null", "0")
        .and(copies());
  }

  private static ParameterTable copies() {
    var all = ParameterTable.of();
    for (int layer = 0; layer < MOST; layer++) {
      String own = "model.layers.{num_layers + " + layer + "}.";
      var more = new String[MOST - layer];
      for (int count = layer + 1; count <= MOST; count++) {
        more[count - layer - 1] = Integer.toString(count);
      }
      all =
          all.and(
              ParameterTable.of(
                      copy(own + "embed_tokens.weight", McoreGptTable.WORDS),
                      copy(own + "shared_head.head.weight", McoreGptTable.OUTPUT)
                          .when(TIED, "false"),
                      copy(own + "shared_head.head.weight", McoreGptTable.WORDS)
                          .unless(TIED, "false"))
                  .when(COUNT, more));
    }
    return all;
  }

  private static ParameterRule copy(String name, String of) {
    return column(name).of(of).vocabPaddedRows().copy();
  }
}
