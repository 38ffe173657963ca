package io.shardwright.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** A message of a command, naming its options as they were typed. */
  String in(String message, CommandSpec command) {
    var names = new LinkedHashMap<String, String>();
    for (String word : words.subList(0, end())) {
      String typed = name(word);
      if (!typed.isEmpty()) {
        names(typed.replace('_', '-'), command).forEach(name -> names.putIfAbsent(name, typed));
      }
    }
    return replaced(message, names);
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

  private static String replaced(String message, Map<String, String> names) {
    Matcher found = Pattern.compile("(?<![\\w-])--[\\w-]+").matcher(message);
    return found.replaceAll(
        match -> Matcher.quoteReplacement(names.getOrDefault(match.group(), match.group())));
  }
}
