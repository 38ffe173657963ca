package io.shardwright.cli;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.TrainingOptions;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** NeMo's own command line for turning a Hugging Face LLaMA into a {@code .nemo}. */
@Command(
    name = "convert_llama_hf_to_nemo",
    addMethodSubcommands = false,
    aliases = "convert_hf_llama_to_nemo",
    description = "Turn a Hugging Face LLaMA into a .nemo with the flags of NeMo's script.")
final class LlamaToNemoCommand extends WritingCommand {
  @Mixin private NemoFlags flags = new NemoFlags();

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

  @Option(names = "--llama31", description = "Ignored: config.json says how positions scale.")
  private String llama31;

  @Override
  public Integer call() {
    return write(flags.request(source, target, TargetFormat.NEMO).training(training()));
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
        Optional.empty(),
        false);
  }
}
