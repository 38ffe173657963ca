package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.nio.file.Path;
import java.util.OptionalInt;

/** What a request says of its source, held against the source. */
final class Claims {
  private Claims() {}

  /**
   * Compares sizes.
   *
   * @throws MalformedCheckpointException naming the first that differs
   */
  static void require(ReshardRequest request, ModelSource source) {
    require(source, "tensor", request.claimedTensorSize(), source.size().tensor());
    require(source, "pipeline", request.claimedPipelineSize(), source.size().pipeline());
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
              + ": leave the source's size out, or give the one it has");
    }
  }

  /**
   * Refuses tokenizer files where the target keeps none, or only those that are there.
   *
   * @throws UnsupportedCheckpointException naming the option
   */
  static void requirePlaceForTokenizer(ReshardRequest request, ModelSource source) {
    TargetFormat format = Choices.format(request);
    if (format == TargetFormat.SAFETENSORS || format == TargetFormat.LIGHTNING) {
      request
          .training()
          .tokenizerFiles()
          .forEach((key, file) -> file.ifPresent(given -> refuse(source, key, given)));
    }
  }

  private static void refuse(ModelSource source, String key, Path file) {
    throw new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        source.name(),
        "is written without a new tokenizer, so there is no place for '"
            + file
            + "': leave "
            + Adoption.option(key)
            + " out, or write a .nemo or a Hugging Face folder");
  }

  /** Refuses to write a training of what is none. */
  static void requireTraining(boolean wanted, ModelSource source) {
    if (wanted && !(source instanceof LightningCheckpoint)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          source.name(),
          "is no checkpoint of a training, which alone can become one: choose another format");
    }
  }
}
