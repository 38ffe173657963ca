package io.shardwright.cli;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How the stages of a pipeline share the layers. */
final class SplitOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--pp-first",
      paramLabel = "N",
      description = "Layers of the first stage (default: as the others).")
  private Integer first;

  @Option(
      names = "--pp-last",
      paramLabel = "N",
      description = "Layers of the last stage (default: as the others).")
  private Integer last;

  @Option(
      names = "--pp-layout",
      paramLabel = "TEXT",
      description = "Megatron's pipeline layout, such as 'Et*3|(tt|)*2,tL'.")
  private String layout;

  @Option(
      names = "--pp-split-rank",
      paramLabel = "N",
      description = "Stage where T5's decoder begins (default: chosen).")
  private Integer rank;

  /** Says it to a request. */
  void in(ReshardRequestBuilder request) {
    if (rank != null) {
      request.pipelineSplitRank(ReshardOptions.positive(rank, "--pp-split-rank", command));
    }
    if (layout != null && (first != null || last != null)) {
      throw new ParameterException(
          command.commandLine(), "--pp-layout replaces --pp-first and --pp-last: leave them out");
    }
    if (layout != null) {
      request.pipelineSplit(PipelineSplit.of(layout()));
    } else if (first != null || last != null) {
      request.pipelineSplit(sizes());
    }
  }

  private PipelineSplit sizes() {
    PipelineSplit split = PipelineSplit.EVEN;
    if (first != null) {
      split = split.first(ReshardOptions.positive(first, "--pp-first", command));
    }
    return last == null ? split : split.last(ReshardOptions.positive(last, "--pp-last", command));
  }

  private PipelineLayout layout() {
    try {
      return PipelineLayout.parse(layout);
    } catch (IllegalArgumentException broken) {
      throw new ParameterException(command.commandLine(), "--pp-layout: " + broken.getMessage());
    }
  }
}
