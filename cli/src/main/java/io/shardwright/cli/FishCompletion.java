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
    root.subcommands().forEach(completion::command);
    completion.options(root, "__fish_use_subcommand");
    new java.util.LinkedHashMap<>(root.subcommands())
        .forEach(
            (name, line) ->
                completion.options(line.getCommandSpec(), "__fish_seen_subcommand_from " + name));
    return String.join("\n", completion.lines) + "\n";
  }

  private void command(String name, CommandLine line) {
    String description = first(line.getCommandSpec().usageMessage().description());
    add("-n __fish_use_subcommand -f -a " + name + described(description));
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
