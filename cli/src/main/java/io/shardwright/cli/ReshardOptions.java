package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What to reshard and how. */
final class ReshardOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Parameters(index = "0", paramLabel = "SRC", description = "A .nemo file or a folder.")
  private Path source;

  @Parameters(
      index = "1",
      paramLabel = "DST",
      description = "A new file where it ends in .nemo, else a new folder.")
  private Path target;

  @Option(
      names = {"--tp", "--tensor-model-parallel-size", "--target-tensor-model-parallel-size"},
      paramLabel = "T",
      description = "Tensor model parallel size; the source's where omitted.")
  private Integer tensor;

  @Option(
      names = {"--pp", "--pipeline-model-parallel-size", "--target-pipeline-model-parallel-size"},
      paramLabel = "P",
      description = "Pipeline model parallel size; the source's where omitted.")
  private Integer pipeline;

  @Option(
      names = "--vocab-size",
      paramLabel = "N",
      description = "The true vocabulary size, before padding, where the file does not tell.")
  private Long vocabSize;

  @Option(names = "--family", paramLabel = "ID", description = "The family to use.")
  private String family;

  @Option(
      names = "--unmatched",
      paramLabel = "refuse|replicate",
      defaultValue = "refuse",
      description = "What to do with a tensor that no rule matches.")
  private Unmatched unmatched;

  @Option(names = "--overwrite", description = "Replace an existing target.")
  private boolean overwrite;

  @Option(names = "--no-verify", description = "Do not read the target back.")
  private boolean noVerify;

  @Option(names = "--no-sync", description = "Do not force the target to disk.")
  private boolean noSync;

  /** What to do with a tensor that no rule matches. */
  enum Unmatched {
    refuse,
    replicate
  }

  ReshardRequest request() {
    var request =
        ReshardRequest.builder(source, target)
            .overwrite(overwrite)
            .verify(!noVerify)
            .sync(!noSync)
            .replicateUnmatched(unmatched == Unmatched.replicate);
    if (tensor != null) {
      request.tensorModelParallelSize(positive(tensor, "--tp"));
    }
    if (pipeline != null) {
      request.pipelineModelParallelSize(positive(pipeline, "--pp"));
    }
    if (vocabSize != null) {
      request.vocabSize(vocabSize);
    }
    if (family != null) {
      request.family(family);
    }
    return request.build();
  }

  private int positive(int size, String option) {
    return positive(size, option, command);
  }

  static int positive(int size, String option, CommandSpec command) {
    if (size < 1 || size > 99_999) {
      throw new ParameterException(
          command.commandLine(), option + " is " + size + ", expected 1 to 99999");
    }
    return size;
  }
}
