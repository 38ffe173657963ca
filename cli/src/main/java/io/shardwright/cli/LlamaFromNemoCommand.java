package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** NeMo's own command line for the way back. */
@Command(
    name = "convert_llama_nemo_to_hf",
    aliases = "convert_nemo_llama_to_hf",
    description = "Turn a .nemo LLaMA into a Hugging Face folder with the flags of NeMo's script.")
final class LlamaFromNemoCommand extends WritingCommand {
  @Spec private CommandSpec command;

  @Option(
      names = {"--input-name-or-path", "--in-file"},
      paramLabel = "FILE",
      required = true,
      description = "The source.")
  private Path source;

  @Option(
      names = {"--output-path", "--out-file"},
      paramLabel = "DIR",
      description = "The target; a torch file's name where --hf-output-path is given too.")
  private Path output;

  @Option(
      names = {"--hf-output-path", "--hf-out-path", "--hf-out-file"},
      paramLabel = "DIR",
      description = "The target.")
  private Path folder;

  @Option(
      names = {"--hf-input-path", "--hf-in-path", "--hf-in-file"},
      description = "Ignored: the configuration is made anew.")
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

  @Override
  public Integer call() {
    var request = ReshardRequest.builder(source, target()).format(TargetFormat.HUGGING_FACE);
    if (precision != null) {
      Precision.of(precision, command).ifPresent(wanted -> request.dtype(wanted, true));
    }
    return write(request);
  }

  /** NeMo's script always writes a torch file, and a folder where one is asked for. */
  private Path target() {
    if (folder == null && output == null) {
      throw usage("Missing required option: '--output-path=DIR'");
    }
    if (folder == null && output.toString().endsWith(".bin")) {
      throw usage(
          "--output-path is '"
              + output
              + "', and a torch file alone is not written: give a folder with --hf-output-path");
    }
    if (folder != null && output != null) {
      String left = "'" + output + "' is not written: the same weights are in '" + folder + "'";
      notes(List.of(left));
    }
    return folder != null ? folder : output;
  }

  private ParameterException usage(String problem) {
    return new ParameterException(command.commandLine(), problem);
  }
}
