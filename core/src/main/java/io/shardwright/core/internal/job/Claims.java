package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Checks the request's statements about its source, such as parallel sizes, against the source. */
final class Claims {
  private Claims() {}

  /**
   * Compares sizes, and refuses tokenizer files where the target keeps none, or only those that are
   * there.
   *
   * @throws MalformedCheckpointException naming the first size that differs
   * @throws UnsupportedCheckpointException naming the option of a file
   */
  static void require(Resolved resolved) {
    ReshardRequest request = resolved.request();
    ModelSource source = resolved.source();
    require(source, "tensor", request.claimedTensorSize(), source.grid().tensor());
    require(source, "pipeline", request.claimedPipelineSize(), source.grid().pipeline());
    if (!resolved.keeps(Keeps.TOKENIZER)) {
      request
          .training()
          .tokenizerFiles()
          .forEach((key, file) -> file.ifPresent(given -> refuse(source, key, given)));
    }
  }

  private static void require(
      ModelSource source, String dimension, OptionalInt claimed, int found) {
    if (claimed.isPresent() && claimed.getAsInt() != found) {
      throw new MalformedCheckpointException(
          ErrorCode.PARALLEL_SIZE_MISMATCH,
          source.name(),
          "its "
              + dimension
              + "_model_parallel_size is "
              + found
              + ", given "
              + claimed.getAsInt()
              + ": omit the source's size, or give the real one");
    }
  }

  private static void refuse(ModelSource source, String key, Path file) {
    throw new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        source.name(),
        "is written without a tokenizer, so it can't contain '"
            + file
            + "': leave "
            + Adoption.option(key)
            + " out, or write a .nemo or a Hugging Face folder");
  }
}
