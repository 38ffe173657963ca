package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.TrainingOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** NeMo's own command line for turning a Hugging Face LLaMA into a {@code .nemo}. */
@Command(
    name = "convert_llama_hf_to_nemo",
    aliases = "convert_hf_llama_to_nemo",
    description = "Turn a Hugging Face LLaMA into a .nemo with the flags of NeMo's script.")
final class LlamaToNemoCommand extends WritingCommand {
  @Spec private CommandSpec command;

  @Option(
      names = {"--input-name-or-path", "--in-file"},
      paramLabel = "DIR",
      required = true,
      description = "The source.")
  private Path source;

  @Option(
      names = {"--output-path", "--out-file"},
      paramLabel = "FILE",
      required = true,
      description = "The target.")
  private Path target;

  @Option(
      names = "--hparams-file",
      paramLabel = "FILE",
      description = "A NeMo configuration to start from.")
  private Path hparams;

  @Option(
      names = "--precision",
      description = "Casts the weights to 32, 16 or bf16; what they have where omitted.")
  private String precision;

  @Option(names = "--llama31", description = "Ignored: config.json says how positions scale.")
  private String llama31;

  @Override
  public Integer call() {
    var request = ReshardRequest.builder(source, target).format(TargetFormat.NEMO);
    request.training(training());
    if (precision != null) {
      Precision.of(precision, command).ifPresent(wanted -> request.dtype(wanted, true));
    }
    return write(request);
  }

  private TrainingOptions training() {
    return new TrainingOptions(
        Optional.empty(),
        OptionalLong.empty(),
        Optional.ofNullable(hparams),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }
}
