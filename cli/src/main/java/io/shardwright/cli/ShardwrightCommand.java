package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program itself. */
@Command(
    name = "shardwright",
    addMethodSubcommands = false,
    description = {
      "Loads, converts and reshards checkpoints for NeMo and Megatron, without Python or a GPU.",
      "Not affiliated with NVIDIA."
    },
    versionProvider = ShardwrightCommand.Version.class)
final class ShardwrightCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  @Option(
      names = "--help-limits",
      help = true,
      description = "List the limits (--max-...) and their defaults.")
  private boolean helpLimits;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** The version that the jar's manifest states. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {text()};
    }

    static String text() {
      String version = ShardwrightCommand.class.getPackage().getImplementationVersion();
      return "shardwright " + (version == null ? "development" : version);
    }
  }
}
