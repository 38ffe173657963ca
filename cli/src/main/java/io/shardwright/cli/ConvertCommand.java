package io.shardwright.cli;

import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Turns a checkpoint into one of another format. */
@Command(
    name = "convert",
    addMethodSubcommands = false,
    description = {
      "Convert a checkpoint to another format.",
      "Default: Hugging Face or .ckpt to .nemo if DST ends in .nemo, else to Hugging Face."
    },
    footer = "shardwright convert Llama-2-7b-hf/ llama.nemo --tp 4")
final class ConvertCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();
  @Mixin private ConvertOptions wanted = new ConvertOptions();

  @Mixin private PartOptions parts = new PartOptions();

  @Parameters(index = "1", arity = "0..1", paramLabel = "DST", description = ReshardOptions.TARGET)
  private Path target;

  @Override
  public Integer call() {
    return write(this::request, parts);
  }

  private ReshardRequestBuilder request() {
    var request = options.builder(options.required(target));
    return request.format(format()).huggingFace(wanted.huggingFace());
  }

  /** A folder of Hugging Face becomes a NeMo checkpoint, all else becomes such a folder. */
  private TargetFormat format() {
    return wanted
        .format(() -> shardwright().formats())
        .orElseGet(
            () -> folder() && !huggingFace() ? TargetFormat.HUGGING_FACE : TargetFormat.NEMO);
  }

  /** PyTorch's distributed checkpoints may have the document too. */
  private boolean huggingFace() {
    Path source = options.source();
    return Files.exists(source.resolve("config.json"))
        && Files.notExists(source.resolve(".metadata"));
  }

  private boolean folder() {
    return wanted.architecture().isPresent() || !target.toString().endsWith(".nemo");
  }
}
