package io.shardwright.cli;

import io.shardwright.ShardwrightBuilder;
import io.shardwright.core.Device;
import io.shardwright.core.RunOptions;
import io.shardwright.core.policy.ReadPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Options that stand everywhere. */
final class CommonOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--json", description = "Print one JSON object on stdout.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print results and errors only.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also print the plan and the adapters found.")
  private boolean verbose;

  @Option(names = "--no-progress", description = "Show no progress.")
  private boolean noProgress;

  @Option(
      names = "--progress",
      paramLabel = "FORM",
      defaultValue = "auto",
      description = "Progress: auto (default) or json, a line per event.")
  private ProgressChoice progress;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = {
        "Colour: auto (default), always or never.",
        "auto: on a terminal, unless NO_COLOR is set."
      })
  private Style.Choice colour;

  @Option(
      names = "--adapter-path",
      paramLabel = "JAR|DIR",
      description = "Load adapters from a jar or a folder of jars.")
  private List<Path> adapterPath = List.of();

  @Option(
      names = "--no-user-adapters",
      description = {
        "Ignore the user's folder of adapters.",
        "It is shardwright/adapters in $XDG_CONFIG_HOME, else in ~/.config."
      })
  private boolean noUserAdapters;

  @Option(
      names = "--family-file",
      paramLabel = "F.yaml",
      description = "Load a family declared in YAML; repeatable.")
  private List<Path> familyFiles = List.of();

  @Option(
      names = "--family",
      paramLabel = "ID",
      completionCandidates = Found.Families.class,
      description = "Use this family, even if another one fits.")
  private String family;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "jvm",
      converter = DeviceName.class,
      description = {
        "Compute on jvm (default), cpu or cuda[:N].",
        "cpu and cuda use PyTorch; the bytes are the same."
      })
  private Device device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads (default: processors, at most 4).")
  private void threads(int number) {
    threads = ReshardOptions.positive(number, "--threads", command);
  }

  private Integer threads;

  @Option(
      names = "--unknown-globals",
      paramLabel = "ACTION",
      defaultValue = "keep",
      description = "Unknown Python objects: keep (default) or refuse.")
  private UnknownGlobals unknownGlobals;

  @Option(names = "--no-follow-links", description = "Refuse symbolic links inside a folder.")
  private boolean noFollowLinks;

  private final LimitOptions limits = new LimitOptions();

  /** How progress is shown. */
  enum ProgressChoice {
    auto,
    json
  }

  /** What becomes of Python objects without a meaning here. */
  enum UnknownGlobals {
    keep,
    refuse
  }

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--help-limits",
      help = true,
      description = "List the limits (--max-...) and their defaults.")
  private boolean helpLimits;

  boolean json() {
    return json;
  }

  boolean quiet() {
    return quiet;
  }

  boolean verbose() {
    return verbose;
  }

  ProgressDisplay.Form progress(boolean terminal) {
    if (noProgress || quiet && progress != ProgressChoice.json) {
      return ProgressDisplay.Form.NONE;
    }
    return progress == ProgressChoice.json
        ? ProgressDisplay.Form.JSON
        : terminal ? ProgressDisplay.Form.LINE : ProgressDisplay.Form.TENTHS;
  }

  Style.Choice colour() {
    return colour;
  }

  LimitOptions limits() {
    return limits;
  }

  ReadPolicy readPolicy() {
    return new ReadPolicy(
        limits.limits(),
        unknownGlobals == UnknownGlobals.refuse
            ? ReadPolicy.UnknownGlobals.REFUSE
            : ReadPolicy.UnknownGlobals.KEEP,
        !noFollowLinks);
  }

  /** Where families come from. */
  void apply(ShardwrightBuilder builder, Environment environment) {
    if (!noUserAdapters) {
      environment.userAdapters().ifPresent(builder::adapterPath);
    }
    environment.adapterPath().forEach(builder::adapterPath);
    adapterPath.forEach(builder::adapterPath);
    environment.familyFiles().forEach(builder::familyFile);
    familyFiles.forEach(builder::familyFile);
    if (family != null) {
      builder.family(family);
    }
  }

  /** What works, and on how many threads. */
  RunOptions run(RunOptions others, Environment environment) {
    RunOptions run = others.withDevice(device);
    Optional<Integer> number =
        Optional.ofNullable(threads).or(() -> environment.threads().map(this::number));
    return number.map(run::withThreads).orElse(run);
  }

  private int number(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new ParameterException(
          command.commandLine(),
          Environment.THREADS + " is '" + text + "', expected a whole number");
    }
    return ReshardOptions.positive(Integer.parseInt(text), Environment.THREADS, command);
  }

  /** Checks the form; whether there is such a device shows when it is needed. */
  private static final class DeviceName implements ITypeConverter<Device> {
    @Override
    public Device convert(String text) {
      try {
        return Device.parse(text);
      } catch (IllegalArgumentException wrong) {
        throw new TypeConversionException(wrong.getMessage());
      }
    }
  }
}
