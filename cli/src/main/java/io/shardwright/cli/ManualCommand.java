package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The manual page. */
@Command(
    name = "manual",
    addMethodSubcommands = false,
    description = "Print the manual page.",
    footer = "shardwright manual > shardwright.1 && man ./shardwright.1")
final class ManualCommand extends ScreenCommand {
  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    screen().print(ManualPage.of(command.root()).stripTrailing());
    return ExitCode.DONE;
  }
}
