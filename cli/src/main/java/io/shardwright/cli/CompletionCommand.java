package io.shardwright.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The shell's completion. */
@Command(
    name = "completion",
    addMethodSubcommands = false,
    description = "Print the completion script of a shell.",
    footer = {
      "source <(shardwright completion bash)   # bash, zsh",
      "shardwright completion fish | source"
    })
final class CompletionCommand extends ScreenCommand {
  @Spec private CommandSpec command;

  @Parameters(paramLabel = "bash|zsh|fish", description = "The shell.")
  private Shell shell;

  /** The shells that are known. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  @Override
  public Integer call() {
    var root = command.root().commandLine();
    // The script loads bashcompinit where zsh reads it.
    String script =
        shell == Shell.fish
            ? FishCompletion.of(command.root())
            : AutoComplete.bash(root.getCommandName(), root);
    screen().print(script.stripTrailing());
    return ExitCode.DONE;
  }
}
