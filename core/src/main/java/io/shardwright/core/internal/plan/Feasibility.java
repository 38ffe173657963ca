package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.describe.ShardCut;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds every reason why a model can't be cut for a grid. */
final class Feasibility {
  private static final int LARGEST_NAMED = 1024;

  private final ModelDescription model;

  Feasibility(ModelDescription model) {
    this.model = model;
  }

  /**
   * Refuses what can't be done, with all reasons.
   *
   * @throws PlanRejectedException with the legal values of each size
   */
  void require(ParallelSize wanted) {
    var problems = new ArrayList<String>();
    var codes = new ArrayList<ErrorCode>();
    limits(wanted)
        .forEach(
            problem -> {
              problems.add(problem);
              codes.add(ErrorCode.DIMENSION_UNSUPPORTED);
            });
    layers(wanted.pipeline())
        .ifPresent(
            problem -> {
              problems.add(problem);
              codes.add(ErrorCode.NOT_DIVISIBLE);
            });
    indivisible(wanted.tensor())
        .forEach(
            (reason, names) -> {
              problems.add(sentence(names, wanted.tensor(), reason));
              codes.add(ErrorCode.NOT_DIVISIBLE);
            });
    if (!problems.isEmpty()) {
      throw new PlanRejectedException(codes.get(0), model.source(), problems);
    }
  }

  private List<String> limits(ParallelSize wanted) {
    var problems = new ArrayList<String>();
    Map<ParallelDimension, Integer> sizes = new LinkedHashMap<>();
    sizes.put(ParallelDimension.TENSOR, wanted.tensor());
    sizes.put(ParallelDimension.PIPELINE, wanted.pipeline());
    sizes.forEach(
        (dimension, size) -> {
          if (!model.family().parallelism().allows(dimension, size)) {
            problems.add(
                "adapter '"
                    + model.family().id()
                    + "' limits "
                    + dimension.configKey()
                    + " to 1, asked for "
                    + size
                    + ". Choose 1.");
          }
        });
    return problems;
  }

  private Optional<String> layers(int stages) {
    boolean allowed = model.family().parallelism().allows(ParallelDimension.PIPELINE, stages);
    if (!allowed || stages == 1 || model.layers() > 0 && model.layers() % stages == 0) {
      return Optional.empty();
    }
    return Optional.of(
        "num_layers="
            + model.layers()
            + " is not divisible by "
            + ParallelDimension.PIPELINE.configKey()
            + "="
            + stages
            + ". Choose "
            + listed(stage -> model.layers() > 0 && model.layers() % stage == 0 || stage == 1)
            + ".");
  }

  private Map<String, List<String>> indivisible(int ranks) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (LogicalTensor tensor : model.tensors()) {
      problem(tensor, ranks)
          .ifPresent(
              reason ->
                  byReason
                      .computeIfAbsent(reason, r -> new ArrayList<>())
                      .add(tensor.spec().name()));
    }
    return byReason;
  }

  private String sentence(List<String> names, int ranks, String reason) {
    String others = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
    return "'"
        + names.get(0)
        + "'"
        + others
        + " can't be cut for "
        + ParallelDimension.TENSOR.configKey()
        + "="
        + ranks
        + ": "
        + reason
        + ". Choose "
        + choices()
        + ".";
  }

  private Optional<String> problem(LogicalTensor tensor, int ranks) {
    var cut = ShardCut.of(tensor.rule(), ranks);
    if (cut.replicated() || tensor.rule().vocabPadded()) {
      return Optional.empty();
    }
    Optional<String> heads = headsProblem(tensor, ranks);
    if (heads.isPresent() || cut.divides(tensor.spec().shape())) {
      return heads;
    }
    return Optional.of(
        "axis "
            + cut.axis()
            + " of shape "
            + tensor.spec().shape()
            + " is not divisible by "
            + (cut.stride() == 1 ? ranks : cut.stride() + " x " + ranks));
  }

  private Optional<String> headsProblem(LogicalTensor tensor, int ranks) {
    return tensor
        .rule()
        .headsKey()
        .map(key -> model.config().integer(key).isPresent() ? key : "num_attention_heads")
        .flatMap(
            key -> {
              OptionalLong heads = model.config().integer(key);
              return heads.isPresent() && heads.getAsLong() % ranks != 0
                  ? Optional.of(key + "=" + heads.getAsLong() + " is not divisible by " + ranks)
                  : Optional.empty();
            });
  }

  private String choices() {
    return listed(ranks -> model.tensors().stream().allMatch(t -> problem(t, ranks).isEmpty()));
  }

  private static String listed(IntPredicate legal) {
    var values = IntStream.rangeClosed(1, LARGEST_NAMED).filter(legal).boxed().toList();
    if (values.size() == 1) {
      return values.get(0).toString();
    }
    String last = values.get(values.size() - 1).toString();
    return values.subList(0, values.size() - 1).stream()
            .map(String::valueOf)
            .collect(Collectors.joining(", "))
        + " or "
        + last;
  }
}
