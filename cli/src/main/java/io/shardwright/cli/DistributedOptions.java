package io.shardwright.cli;

import io.shardwright.core.GridOptions;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.spi.format.CoreVersion;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a target on ranks is written. */
final class DistributedOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--core-version",
      paramLabel = "V",
      description = {"Megatron-Core that will read it (default: 0.19).", "For torch_dist targets."})
  private String core;

  @Option(
      names = "--files",
      paramLabel = "N",
      description = {
        "Number of files of a torch_dist or dcp target.",
        "Default: one per rank for torch_dist; files of --max-shard-size for dcp."
      })
  private Integer files;

  @Option(
      names = "--vocab-divisor",
      paramLabel = "N",
      description = {"Pad vocabulary rows to a multiple of N x T.", "Default: the source's."})
  private Long divisor;

  @Option(
      names = "--optimizer-kind",
      paramLabel = "K",
      description =
          "Form of the optimizer state in a torch_dist target: fully_reshardable (default),"
              + " non_distributed, or dp_reshardable with --dp.")
  private String optimizer;

  @Option(
      names = "--dp",
      paramLabel = "N",
      description = "Data-parallel size of the training that continues, for dp_reshardable.")
  private Long dataParallel;

  /** Says it to a request. */
  void in(ReshardRequestBuilder request) {
    request.gridOptions(
        new GridOptions(
            Optional.ofNullable(core).map(this::version),
            files == null
                ? OptionalInt.empty()
                : OptionalInt.of(ReshardOptions.positive(files, "--files", command)),
            divisor == null
                ? OptionalLong.empty()
                : OptionalLong.of(ReshardOptions.atLeast(1, divisor, "--vocab-divisor", command)),
            Optional.ofNullable(optimizer),
            dataParallel == null
                ? OptionalLong.empty()
                : OptionalLong.of(ReshardOptions.atLeast(1, dataParallel, "--dp", command))));
  }

  private CoreVersion version(String text) {
    return CoreVersion.of(text)
        .orElseThrow(
            () ->
                new ParameterException(
                    command.commandLine(),
                    "--core-version is '" + text + "', expected such as 0.16.1"));
  }
}
