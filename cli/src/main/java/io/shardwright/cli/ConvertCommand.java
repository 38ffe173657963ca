package io.shardwright.cli;

import io.shardwright.core.CommunityOptions;
import io.shardwright.core.TargetFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Turns a checkpoint into one of another format. */
@Command(
    name = "convert",
    description =
        "Turn a training's .ckpt or a Hugging Face folder into a .nemo, or a .nemo into such a folder.")
final class ConvertCommand extends ScreenCommand {
  @Spec private CommandSpec command;

  @Mixin private ReshardOptions options = new ReshardOptions();

  @Option(
      names = "--to",
      paramLabel = "nemo|huggingface|safetensors",
      description =
          "What to write; nemo or huggingface, whichever the source is not, where omitted.")
  private Target to;

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      defaultValue = "5GB",
      description = "Tensors per file of a Hugging Face target: bytes, or with KB, MB, GB.")
  private String maxShardSize;

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      description = "The Hugging Face class to write; told by the configuration where omitted.")
  private String architecture;

  @Option(names = "--dry-run", description = "Only print the plan.")
  private boolean dryRun;

  /** What can be written. */
  enum Target {
    nemo,
    huggingface,
    safetensors
  }

  @Override
  public Integer call() {
    var shardwright = shardwright();
    var request =
        options
            .builder()
            .format(format())
            .community(new CommunityOptions(shardBytes(), Optional.ofNullable(architecture)));
    if (dryRun) {
      new RunView(this).show(shardwright.plan(request.build()));
    } else {
      run(shardwright, request.build());
    }
    return ExitCode.DONE;
  }

  /** A NeMo checkpoint becomes a folder, all else becomes a NeMo checkpoint. */
  private TargetFormat format() {
    if (to != null) {
      return switch (to) {
        case nemo -> TargetFormat.NEMO;
        case huggingface -> TargetFormat.HUGGING_FACE;
        case safetensors -> TargetFormat.SAFETENSORS;
      };
    }
    Path source = options.source();
    boolean nemo =
        source.toString().endsWith(".nemo") || Files.exists(source.resolve("model_config.yaml"));
    return nemo && architectureOrFolder() ? TargetFormat.HUGGING_FACE : TargetFormat.NEMO;
  }

  private boolean architectureOrFolder() {
    return architecture != null || !options.target().toString().endsWith(".nemo");
  }

  private long shardBytes() {
    return Sizes.parse(maxShardSize)
        .orElseThrow(
            () ->
                new ParameterException(
                    command.commandLine(),
                    "--max-shard-size is '" + maxShardSize + "', expected such as 5GB"));
  }
}
