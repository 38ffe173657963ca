package io.shardwright.cli;

import io.shardwright.spi.tensor.DType;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The words for element types: our own, and those of NeMo's {@code --precision}. */
final class Precision {
  private Precision() {}

  /**
   * The type; empty for {@code keep}.
   *
   * @param option where the word was given
   */
  static Optional<DType> of(String word, String option, CommandSpec command) {
    return switch (word) {
      case "keep" -> Optional.empty();
      case "fp32", "float32", "32", "32-true" -> Optional.of(DType.FLOAT32);
      case "fp16", "float16", "16", "16-mixed" -> Optional.of(DType.FLOAT16);
      case "bf16", "bfloat16", "bf16-mixed" -> Optional.of(DType.BFLOAT16);
      case "fp64", "float64", "64", "64-true" -> Optional.of(DType.FLOAT64);
      default ->
          throw new ParameterException(
              command.commandLine(),
              option
                  + " is '"
                  + word
                  + "', expected keep, fp32, fp16, bf16 or fp64 (or 32, 16, 64)");
    };
  }
}
