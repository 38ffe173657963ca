package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Families that files declare. */
@Command(
    name = "families",
    addMethodSubcommands = false,
    description = "Work on families that YAML files declare.",
    subcommands = ValidateCommand.class)
final class FamiliesCommand extends ScreenCommand {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
