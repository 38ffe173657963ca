package io.shardwright.core.internal.describe;

import io.shardwright.spi.Grid;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Checks the number of vocabulary rows: {@code override_vocab_size} if that is given, otherwise a
 * multiple of {@code make_vocab_size_divisible_by} times the tensor-parallel size (NeMo v1.23.0,
 * {@code megatron_gpt_model.py} and {@code megatron_base_model.py}).
 */
final class VocabularyRows {
  private static final String OVERRIDE = "override_vocab_size";
  private static final String BLOCK = "make_vocab_size_divisible_by";

  private VocabularyRows() {}

  /**
   * Refuses other numbers of rows.
   *
   * @throws MalformedCheckpointException naming the key and the first tensor
   */
  static void require(String source, ModelConfig config, Grid grid, List<LogicalTensor> tensors) {
    OptionalLong override = config.count(OVERRIDE, 1);
    OptionalLong block = config.count(BLOCK, 1);
    for (LogicalTensor tensor : tensors) {
      if (tensor.rule().traits().vocabPadded()) {
        long rows = tensor.canonical().dim(0);
        boolean fits =
            override.isPresent()
                ? override.getAsLong() == rows
                : block.isEmpty()
                    || rows % grid.tensor() == 0 && rows / grid.tensor() % block.getAsLong() == 0;
        if (!fits) {
          throw misfit(source, config, grid, tensor, override.isPresent());
        }
      }
    }
  }

  private static MalformedCheckpointException misfit(
      String source, ModelConfig config, Grid grid, LogicalTensor tensor, boolean given) {
    return new MalformedCheckpointException(
        ErrorCode.CONFIG_CONTRADICTED,
        source,
        "'"
            + tensor.spec().name()
            + "' has shape "
            + tensor.spec().shape()
            + ", expected "
            + (given
                ? "as many rows as " + config.says(OVERRIDE)
                : "a multiple of make_vocab_size_divisible_by x tensor_model_parallel_size: "
                    + config.saying(List.of(BLOCK, "tensor_model_parallel_size")))
            + "; if the tensors are right, correct the configuration");
  }
}
