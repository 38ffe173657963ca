package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;

import io.shardwright.spi.ParameterRule;

/** What decoders have before and behind their layers in transformers' names. */
public final class DecoderRows {
  private DecoderRows() {}

  /**
   * Describes the embedding.
   *
   * @param name the class's
   * @return a row for the first stage
   */
  public static ParameterRule words(String name) {
    return column(name).of(McoreGptTable.WORDS).on(FIRST).vocabPaddedRows();
  }

  /**
   * Describes the weight or the bias of the norm behind the layers.
   *
   * @param module the class's name of it, with a dot
   * @param part {@code weight} or {@code bias}
   * @return a row for the last stage
   */
  public static ParameterRule norm(String module, String part) {
    return replicated(module + part).of(McoreGptTable.NORM + part).on(LAST);
  }

  /**
   * Describes the output layer.
   *
   * @return a row for the last stage, where the embedding is not used again
   */
  public static ParameterRule head() {
    return head("lm_head.weight");
  }

  /**
   * Describes the output layer of a class that calls it otherwise.
   *
   * @param name the class's
   * @return a row for the last stage, where the embedding is not used again
   */
  static ParameterRule head(String name) {
    return column(name)
        .of(McoreGptTable.OUTPUT)
        .on(LAST)
        .vocabPaddedRows()
        .when("share_embeddings_and_output_weights", "false");
  }
}
