package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands with the flags of NeMo's scripts have in common. */
final class NemoFlags {
  private static final String PRECISION = "--precision";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = PRECISION,
      paramLabel = "P",
      description = "Cast the weights to 32, 16 or bf16 (default: unchanged).")
  private String precision;

  /** Of the type that was asked for; NeMo's scripts cast whatever is lost. */
  ReshardRequestBuilder request(Path source, Path target, TargetFormat format) {
    var request = ReshardRequest.builder(source, target).format(format);
    if (precision != null) {
      Precision.of(precision, PRECISION, command)
          .ifPresent(wanted -> request.dtype(wanted).allowLossy(true));
    }
    return request;
  }

  int positive(int size, String option) {
    return ReshardOptions.positive(size, option, command);
  }

  ParameterException usage(String problem) {
    return new ParameterException(command.commandLine(), problem);
  }
}
