package io.shardwright.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The program's completion for fish: one {@code complete} line per command and option. */
final class FishCompletion {
  private final String program;
  private final List<String> lines = new ArrayList<>();

  private FishCompletion(CommandSpec root) {
    program = root.name();
  }

  static String of(CommandSpec root) {
    var completion = new FishCompletion(root);
    completion.commands(root, "__fish_use_subcommand");
    return String.join("\n", completion.lines) + "\n";
  }

  /** A command's own commands and options, then theirs. */
  private void commands(CommandSpec command, String condition) {
    command.subcommands().forEach((name, line) -> command(name, line, condition));
    options(command, condition);
    new java.util.LinkedHashMap<>(command.subcommands())
        .forEach(
            (name, line) -> commands(line.getCommandSpec(), "__fish_seen_subcommand_from " + name));
  }

  private void command(String name, CommandLine line, String condition) {
    String description = first(line.getCommandSpec().usageMessage().description());
    boolean plain = !condition.contains(" ");
    add(
        "-n "
            + (plain ? condition : quoted(condition))
            + " -f -a "
            + name
            + described(description));
  }

  private void options(CommandSpec command, String condition) {
    for (OptionSpec option : command.options()) {
      if (!option.hidden()) {
        String names =
            Stream.of(option.names()).map(FishCompletion::flag).collect(Collectors.joining(" "));
        add(
            "-n "
                + quoted(condition)
                + " "
                + names
                + argument(option)
                + described(first(option.description())));
      }
    }
  }

  private static String flag(String name) {
    return name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1);
  }

  /** Choices are offered, files are left to fish. */
  private static String argument(OptionSpec option) {
    if (option.arity().max() == 0) {
      return "";
    }
    var choices = option.completionCandidates();
    String words =
        choices == null
            ? ""
            : Stream.iterate(choices.iterator(), java.util.Iterator::hasNext, each -> each)
                .map(java.util.Iterator::next)
                .collect(Collectors.joining(" "));
    return words.isEmpty() ? " -r" : " -x -a " + quoted(words);
  }

  private static String first(String[] description) {
    return description.length == 0 ? "" : description[0];
  }

  private static String described(String description) {
    return description.isEmpty() ? "" : " -d " + quoted(description.replace("%%", "%"));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private void add(String rest) {
    lines.add("complete -c " + program + " " + rest);
  }
}
