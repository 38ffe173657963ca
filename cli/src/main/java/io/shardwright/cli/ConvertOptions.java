package io.shardwright.cli;

import io.shardwright.core.FormatDescription;
import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.TargetFormat;
import java.util.ArrayList;
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
      completionCandidates = Shipped.class,
      description =
          "What to write: nemo, huggingface, safetensors, or one of a jar's that adapters lists;"
              + " where omitted, nemo of a Hugging Face folder or for a DST that ends in .nemo,"
              + " else huggingface.")
  private String to;

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

  /** What can be written without a jar. */
  private static final class Shipped extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Shipped() {
      super(SHIPPED);
    }
  }

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
    written.remove(TargetFormat.LIGHTNING.id());
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
