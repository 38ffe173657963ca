package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** NeMo's own command line for the way back. */
@Command(
    name = "convert_llama_nemo_to_hf",
    description = "Turn a .nemo LLaMA into a Hugging Face folder with the flags of NeMo's script.")
final class LlamaFromNemoCommand extends ScreenCommand {
  @Spec private CommandSpec command;

  @Option(
      names = {"--input-name-or-path", "--in-file"},
      paramLabel = "FILE",
      required = true,
      description = "The source.")
  private Path source;

  @Option(
      names = {"--output-path", "--out-file", "--hf-output-path"},
      paramLabel = "DIR",
      required = true,
      description = "The target.")
  private Path target;

  @Option(names = "--hf-input-path", description = "Ignored: the configuration is made anew.")
  private String reference;

  @Option(names = "--input-tokenizer", description = "Ignored: the archive's is written.")
  private String tokenizer;

  @Option(names = "--hf-output-tokenizer", description = "Ignored: it stands beside the weights.")
  private String tokenizerTarget;

  @Option(names = "--cpu-only", description = "Ignored: no GPU is used.")
  private boolean cpu;

  @Option(
      names = "--precision",
      description = "Casts the weights to 32, 16 or bf16; what they have where omitted.")
  private String precision;

  @Option(names = "--overwrite", description = "Replace an existing target.")
  private boolean overwrite;

  @Override
  public Integer call() {
    var request =
        ReshardRequest.builder(source, target)
            .format(TargetFormat.HUGGING_FACE)
            .overwrite(overwrite);
    if (precision != null) {
      Precision.of(precision, command).ifPresent(wanted -> request.dtype(wanted, true));
    }
    run(shardwright(), request.build());
    return ExitCode.DONE;
  }
}
