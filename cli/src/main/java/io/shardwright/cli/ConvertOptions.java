package io.shardwright.cli;

import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.TargetFormat;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What to convert to. */
final class ConvertOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

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

  /** What can be written. */
  enum Target {
    nemo,
    huggingface,
    safetensors
  }

  /** What was asked for by name. */
  Optional<TargetFormat> format() {
    return Optional.ofNullable(to)
        .map(
            target ->
                switch (target) {
                  case nemo -> TargetFormat.NEMO;
                  case huggingface -> TargetFormat.HUGGING_FACE;
                  case safetensors -> TargetFormat.SAFETENSORS;
                });
  }

  Optional<String> architecture() {
    return Optional.ofNullable(architecture);
  }

  HuggingFaceOptions huggingFace() {
    return new HuggingFaceOptions(shardBytes(), architecture());
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
