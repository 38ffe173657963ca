package io.shardwright.cli;

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
    description =
        "Turn a training's .ckpt or a Hugging Face folder into a .nemo, or a .nemo into such a"
            + " folder.")
final class ConvertCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();
  @Mixin private ConvertOptions wanted = new ConvertOptions();

  @Parameters(index = "1", paramLabel = "DST", description = ReshardOptions.TARGET)
  private Path target;

  @Override
  public Integer call() {
    var request = options.builder(target).format(format()).huggingFace(wanted.huggingFace());
    return write(request);
  }

  /** A NeMo checkpoint becomes a folder, all else becomes a NeMo checkpoint. */
  private TargetFormat format() {
    return wanted
        .format(() -> shardwright().formats())
        .orElseGet(() -> nemo() && folder() ? TargetFormat.HUGGING_FACE : TargetFormat.NEMO);
  }

  private boolean nemo() {
    Path source = options.source();
    return source.toString().endsWith(".nemo") || Files.exists(source.resolve("model_config.yaml"));
  }

  private boolean folder() {
    return wanted.architecture().isPresent() || !target.toString().endsWith(".nemo");
  }
}
