package io.shardwright.cli;

import io.shardwright.core.TargetFormat;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** NeMo's own command line for the way back. */
@Command(
    name = "convert_llama_nemo_to_hf",
    addMethodSubcommands = false,
    aliases = "convert_nemo_llama_to_hf",
    description = "Turn a .nemo LLaMA into a Hugging Face folder with the flags of NeMo's script.")
final class LlamaFromNemoCommand extends WritingCommand {
  @Mixin private NemoFlags flags = new NemoFlags();

  @Option(
      names = {"--input-name-or-path", "--in-file"},
      paramLabel = "FILE",
      required = true,
      description = "The source.")
  private Path source;

  @Option(
      names = {"--output-path", "--out-file"},
      paramLabel = "DIR",
      description = "The target folder; ignored if --hf-output-path is given.")
  private Path output;

  @Option(
      names = {"--hf-output-path", "--hf-out-path", "--hf-out-file"},
      paramLabel = "DIR",
      description = "The target.")
  private Path folder;

  @Option(
      names = {"--hf-input-path", "--hf-in-path", "--hf-in-file"},
      description = "Ignored: the configuration is derived from the archive.")
  private String reference;

  @Option(names = "--input-tokenizer", description = "Ignored: the archive's is written.")
  private String tokenizer;

  @Option(
      names = "--hf-output-tokenizer",
      description = "Ignored: the tokenizer is always written beside the weights.")
  private String tokenizerTarget;

  @Option(names = "--cpu-only", description = "Ignored: no GPU is used.")
  private boolean cpu;

  @Override
  public Integer call() {
    return write(flags.request(source, target(), TargetFormat.HUGGING_FACE));
  }

  /** NeMo's script always writes a torch file, and a folder where one is asked for. */
  private Path target() {
    if (folder == null && output == null) {
      throw flags.usage("Missing required option: '--output-path=DIR'");
    }
    if (folder == null && output.toString().endsWith(".bin")) {
      throw flags.usage(
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
}
