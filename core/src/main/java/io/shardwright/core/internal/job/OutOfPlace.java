package io.shardwright.core.internal.job;

import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a request asks of a target that its format has no place for. */
final class OutOfPlace {
  private final ReshardRequest request;
  private final String reason;
  private final List<String> problems = new ArrayList<>();

  private OutOfPlace(ReshardRequest request, String reason) {
    this.request = request;
    this.reason = reason;
  }

  /**
   * Refuses it, so that nothing that was asked for is passed over.
   *
   * @throws PlanRejectedException naming every option that has no meaning for the target
   */
  static void refuse(ReshardRequest request, ModelSource source) {
    List<String> problems =
        switch (Choices.format(request)) {
          case HUGGING_FACE -> huggingFace(request);
          case SAFETENSORS -> asStored(request, source.size());
          case NEMO, LIGHTNING -> onRanks(request);
        };
    if (!problems.isEmpty()) {
      throw new PlanRejectedException(ErrorCode.PLAN_IMPOSSIBLE, source.name(), problems);
    }
  }

  private static List<String> huggingFace(ReshardRequest request) {
    return new OutOfPlace(request, "a Hugging Face folder has no ranks and names of its own")
        .sizes(new ParallelSize(1, 1))
        .grid()
        .problems;
  }

  private static List<String> asStored(ReshardRequest request, ParallelSize size) {
    return new OutOfPlace(request, "--to safetensors writes every tensor as it is stored")
        .sizes(size)
        .grid()
        .folder()
        .option("--dtype", request.dtype().isPresent())
        .option("--untie", request.untie())
        .option("--vocab-size", request.vocabSize().isPresent())
        .option("--unmatched replicate", request.replicateUnmatched())
        .problems;
  }

  private static List<String> onRanks(ReshardRequest request) {
    return new OutOfPlace(request, "it is for a Hugging Face folder, which this is not")
        .folder()
        .problems;
  }

  private OutOfPlace sizes(ParallelSize written) {
    size(ParallelDimension.TENSOR, request.tensorModelParallelSize(), written.tensor());
    size(ParallelDimension.PIPELINE, request.pipelineModelParallelSize(), written.pipeline());
    size(ParallelDimension.VIRTUAL_PIPELINE, request.virtualPipelineSize(), 1);
    return this;
  }

  private void size(ParallelDimension dimension, OptionalInt asked, int written) {
    if (asked.orElse(written) != written) {
      problems.add(
          dimension.configKey()
              + "="
              + asked.getAsInt()
              + ": "
              + reason
              + ". Choose "
              + written
              + ", or leave it out.");
    }
  }

  private OutOfPlace grid() {
    return option("--naming", request.naming().isPresent())
        .option("--layout", request.layout().isPresent());
  }

  private OutOfPlace folder() {
    Optional<String> architecture = request.huggingFace().architecture();
    boolean shards =
        request.huggingFace().maxShardBytes() != HuggingFaceOptions.DEFAULT.maxShardBytes();
    return option("--architecture", architecture.isPresent()).option("--max-shard-size", shards);
  }

  private OutOfPlace option(String name, boolean given) {
    if (given) {
      problems.add(name + ": " + reason + ". Leave it out.");
    }
    return this;
  }
}
