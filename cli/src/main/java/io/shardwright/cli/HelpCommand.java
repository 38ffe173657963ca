package io.shardwright.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The help that {@code --help} shows, for who asks with a word. */
@Command(
    name = "help",
    addMethodSubcommands = false,
    description = "Show the commands, or the options of one.",
    footer = "shardwright help reshard")
final class HelpCommand extends ScreenCommand {
  @Spec private CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "COMMAND",
      description = "A command (default: list them all).")
  private Optional<String> name;

  @Override
  public Integer call() {
    CommandLine root = command.root().commandLine();
    CommandLine asked = name.map(root.getSubcommands()::get).orElse(name.isEmpty() ? root : null);
    if (asked == null) {
      throw new ParameterException(root, "There is no command '" + name.get() + "'");
    }
    screen().print(asked.getUsageMessage().stripTrailing());
    return ExitCode.DONE;
  }
}
