package io.shardwright.core.internal.job;

import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ReshardRequest;
import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.format.Keeps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Refuses options that the target's format does not support. */
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
  static void refuse(Resolved resolved) {
    boolean stored = resolved.keeps(Keeps.STORED);
    var found = new OutOfPlace(resolved.request(), reason(resolved));
    if (!resolved.keeps(Keeps.GRID)) {
      found.sizes(stored ? resolved.source().grid() : Grid.ONE).grid();
    }
    if (!resolved.keeps(Keeps.ARCHITECTURE)) {
      found.folder();
    }
    var items = new OutOfPlace(resolved.request(), items(resolved));
    items.layouts(resolved);
    found.problems.addAll(items.problems);
    if (stored) {
      found.stored();
    }
    if (!found.problems.isEmpty()) {
      throw new PlanRejectedException(
          ErrorCode.PLAN_IMPOSSIBLE, resolved.source().name(), found.problems);
    }
  }

  private static String reason(Resolved resolved) {
    return resolved.keeps(Keeps.STORED)
        ? Setting.FORMAT.inText(resolved.format().id()) + " writes every tensor unchanged"
        : resolved.keeps(Keeps.ARCHITECTURE)
            ? "a Hugging Face folder has no ranks and a fixed naming"
            : "it applies only to Hugging Face targets";
  }

  private static String items(Resolved resolved) {
    String format = resolved.format().id();
    return isDistributed(resolved)
        ? format + " has one layout, and Megatron-Core's names"
        : "it applies only to distributed checkpoints such as torch_dist";
  }

  private static boolean isDistributed(Resolved resolved) {
    return resolved.kind().weights().filter(WeightLayout.DISTRIBUTED::equals).isPresent();
  }

  private void layouts(Resolved resolved) {
    option(
        Setting.OPTIMIZER_KIND.inText(),
        request.gridOptions().optimizerKind().isPresent() && !resolved.keeps(Keeps.OPTIMIZER));
    option(
        Setting.DATA_PARALLEL.inText(),
        request.gridOptions().dataParallel().isPresent()
            && resolved.kind().flat(request, Map.of()).isEmpty());
    boolean core = resolved.kind().prefix().isPresent();
    option(
        Setting.NAMING.inText(),
        core && request.naming().filter(Naming.LEGACY::equals).isPresent());
    if (isDistributed(resolved)) {
      option(
          Setting.LAYOUT.inText(), request.layout().filter(WeightLayout.RANKS::equals).isPresent());
    } else {
      option(Setting.CORE_VERSION.inText(), request.gridOptions().core().isPresent());
      option(
          Setting.FILES.inText(),
          request.gridOptions().files().isPresent() && !resolved.kind().spreads());
    }
  }

  private void stored() {
    option(Setting.DTYPE.inText(), request.dtype().isPresent());
    option(Setting.UNTIE.inText(), request.untie());
    option(Setting.VOCAB_SIZE.inText(), request.vocabSize().isPresent());
    option(Setting.ALLOW_GUESSES.inText(), request.allowGuesses());
    option(Setting.REPLICATE_UNMATCHED.inText(), request.replicateUnmatched());
  }

  private OutOfPlace sizes(Grid written) {
    written
        .virtual(1)
        .sizes()
        .forEach((dimension, size) -> size(dimension, request.size(dimension), size));
    var split = request.pipelineSplit().orElse(PipelineSplit.EVEN);
    return option(Setting.SPLIT_RANK.inText(), request.pipelineSplitRank().isPresent())
        .option(Setting.FIRST_STAGE_LAYERS.inText(), split.first().isPresent())
        .option(Setting.LAST_STAGE_LAYERS.inText(), split.last().isPresent())
        .option(Setting.PIPELINE_LAYOUT.inText(), split.layout().isPresent());
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
    return option(Setting.NAMING.inText(), request.naming().isPresent())
        .option(Setting.VOCAB_DIVISOR.inText(), request.gridOptions().vocabDivisor().isPresent())
        .option(Setting.LAYOUT.inText(), request.layout().isPresent());
  }

  private OutOfPlace folder() {
    Optional<String> architecture = request.huggingFace().architecture();
    boolean shards =
        request.huggingFace().maxShardBytes() != HuggingFaceOptions.DEFAULT.maxShardBytes();
    return option(Setting.ARCHITECTURE.inText(), architecture.isPresent())
        .option(Setting.MAX_SHARD_BYTES.inText(), shards);
  }

  private OutOfPlace option(String name, boolean given) {
    if (given) {
      problems.add(name + ": " + reason + ". Leave it out.");
    }
    return this;
  }
}
