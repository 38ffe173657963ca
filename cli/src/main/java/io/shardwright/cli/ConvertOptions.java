package io.shardwright.cli;

import io.shardwright.core.FormatDescription;
import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.TargetFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What to convert to. */
final class ConvertOptions {
  private static final List<String> SHIPPED =
      Stream.of(TargetFormat.NEMO, TargetFormat.HUGGING_FACE, TargetFormat.SAFETENSORS)
          .map(TargetFormat::id)
          .toList();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      completionCandidates = Found.Formats.class,
      description = {
        "Target format; the command 'adapters' lists them.",
        "nemo, lightning (a training's .ckpt), huggingface, safetensors, megatron, bridge,"
            + " torch_dist, dcp, or a format of a jar. Default: nemo for a Hugging Face source or a"
            + " DST that ends in .nemo, else huggingface."
      })
  private String to;

  @Option(
      names = "--max-shard-size",
      paramLabel = "SIZE",
      defaultValue = "5GB",
      description = {
        "Size of Hugging Face and dcp files (default: 5GB).",
        "Bytes, or with KB, MB, GB."
      })
  private String maxShardSize;

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      description = "Hugging Face class (default: by configuration).")
  private String architecture;

  /**
   * What was asked for by name.
   *
   * @param found the formats that are there
   */
  Optional<TargetFormat> format(Supplier<List<FormatDescription>> found) {
    return Optional.ofNullable(to)
        .map(name -> SHIPPED.contains(name) ? new TargetFormat(name) : other(name, found.get()));
  }

  private TargetFormat other(String name, List<FormatDescription> found) {
    var written = new TreeSet<>(SHIPPED);
    found.stream()
        .filter(FormatDescription::isWritten)
        .map(FormatDescription::id)
        .forEach(written::add);
    if (!written.contains(name)) {
      throw new ParameterException(
          command.commandLine(),
          "--to is '"
              + name
              + "', expected one of "
              + String.join(", ", written)
              + ": a further format is found with --adapter-path");
    }
    return new TargetFormat(name);
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
