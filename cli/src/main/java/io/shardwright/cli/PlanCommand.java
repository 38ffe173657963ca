package io.shardwright.cli;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a reshard would do. */
@Command(
    name = "plan",
    addMethodSubcommands = false,
    description = {
      "Show what reshard or convert would do; write nothing.",
      "Takes their options: with --to as 'convert', else as 'reshard'.",
      "Exit code 5 if the target does not fit on the disk."
    },
    footer = "shardwright plan model.nemo --tp 4 --pp 2")
final class PlanCommand extends WritingCommand {
  private static final String ARCHIVE = ".nemo";

  @Mixin private ReshardOptions options = new ReshardOptions();
  @Mixin private ConvertOptions wanted = new ConvertOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DST",
      description = ReshardOptions.TARGET + " Default: beside SRC.")
  private Path target;

  @Option(
      names = "--save",
      paramLabel = "PLAN.json.gz",
      description = "Write the plan to a file, for 'reshard --plan' or 'convert --plan'.")
  private Path save;

  @Override
  public Integer call() {
    return plan(asked(), Optional.ofNullable(save));
  }

  /** What is to be planned. */
  ReshardRequest request() {
    return request(asked());
  }

  private ReshardRequestBuilder asked() {
    Optional<TargetFormat> format = wanted.format(() -> shardwright().formats());
    var request =
        options
            .builder(target == null ? beside(options.source(), format) : target)
            .huggingFace(wanted.huggingFace());
    format.ifPresent(request::format);
    return request;
  }

  /** A name that is free: nothing is written there. */
  private static Path beside(Path source, Optional<TargetFormat> format) {
    Path own = source.toAbsolutePath().normalize();
    String name = String.valueOf(own.getFileName());
    boolean archive = format.map(TargetFormat.NEMO::equals).orElse(name.endsWith(ARCHIVE));
    String stem = name.endsWith(ARCHIVE) ? name.substring(0, name.length() - 5) : name;
    Path folder =
        own.getParent() != null && Files.isDirectory(own.getParent())
            ? own.getParent()
            : Path.of("").toAbsolutePath();
    for (int n = 1; ; n++) {
      Path free = folder.resolve(stem + "-planned" + (n == 1 ? "" : n) + (archive ? ARCHIVE : ""));
      if (Files.notExists(free)) {
        return free;
      }
    }
  }
}
