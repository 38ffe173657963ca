package io.shardwright.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options of a command line as they were typed: {@code --target_file}, or one of several names.
 * Messages name them so.
 */
record TypedOptions(List<String> words) {
  /** NeMo's commands have other names for what the library calls by the first. */
  private static final List<List<String>> SYNONYMS =
      List.of(
          List.of("--tokenizer-model", "--tokenizer-model-path"),
          List.of("--checkpoint-name", "--ckpt-name"),
          List.of("--dtype", "--precision"));

  TypedOptions {
    words = List.copyOf(words);
  }

  /** Long options take underscores too, as NeMo's do: {@code --target_file=x}. */
  String[] hyphenated() {
    var hyphenated = words.toArray(String[]::new);
    for (int i = 0; i < end(); i++) {
      String name = name(hyphenated[i]);
      hyphenated[i] = name.replace('_', '-') + hyphenated[i].substring(name.length());
    }
    return hyphenated;
  }

  /** What a wrong command line is told, naming its options as they were typed. */
  String in(String message, CommandSpec command) {
    Matcher option = Pattern.compile("(?<![\\w-])--[\\w-]+").matcher(message);
    String named =
        option.replaceAll(found -> Matcher.quoteReplacement(named(found.group(), command)));
    var options = option.reset().results().map(MatchResult::group).toList();
    return named + elsewhere(options, named, command);
  }

  /** An option as it was typed; else as its command calls it. */
  String named(String option, CommandSpec command) {
    return words.subList(0, end()).stream()
        .map(TypedOptions::name)
        .filter(typed -> !typed.isEmpty())
        .filter(typed -> names(typed.replace('_', '-'), command).contains(option))
        .findFirst()
        .orElseGet(() -> synonym(option, command));
  }

  /** All that follows two hyphens are no options. */
  private int end() {
    int end = words.indexOf("--");
    return end < 0 ? words.size() : end;
  }

  /** A long option's name; empty for anything else. */
  private static String name(String word) {
    int equals = word.indexOf('=');
    return !word.startsWith("--") ? "" : equals < 0 ? word : word.substring(0, equals);
  }

  private static List<String> names(String typed, CommandSpec command) {
    OptionSpec option = command.findOption(typed);
    var names = new ArrayList<>(option == null ? List.of(typed) : List.of(option.names()));
    SYNONYMS.stream().filter(same -> same.contains(typed)).forEach(names::addAll);
    return names;
  }

  /** What a command calls an option that it has by another name only. */
  private static String synonym(String option, CommandSpec command) {
    return SYNONYMS.stream()
        .filter(same -> command.findOption(option) == null && same.contains(option))
        .flatMap(List::stream)
        .filter(name -> command.findOption(name) != null)
        .findFirst()
        .orElse(option);
  }

  /** That the command of all options has one that a message names and its own command lacks. */
  String elsewhere(List<String> options, String message, CommandSpec command) {
    var lacking =
        options.stream()
            .filter(option -> lacks(command, named(option, command).replace('_', '-')))
            .toList();
    if (lacking.isEmpty() || message.contains(" convert ")) {
      return "";
    }
    CommandSpec convert =
        new CommandLine(ConvertCommand.class, command.commandLine().getFactory()).getCommandSpec();
    return lacking.stream()
        .filter(option -> !lacks(convert, option))
        .findFirst()
        .map(option -> "\n  hint: " + option + " is an option of 'convert'")
        .orElse("");
  }

  private static boolean lacks(CommandSpec command, String option) {
    return command.findOption(option) == null;
  }
}
