package io.shardwright.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page in man(7) macros, made of the commands' own descriptions. */
final class ManualPage {
  private static final List<String> EXIT_CODES =
      List.of(
          "0", "Done.",
          "1", "Checkpoints differ, or verification failed.",
          "2", "The command line is wrong.",
          "3", "The input is unreadable, malformed or unsupported.",
          "4",
              "Refused for safety: a forbidden pickle, a path that escapes, an existing target, a"
                  + " lossy cast.",
          "5", "Not enough disk or memory, a limit, or results that can't be written.",
          "6", "The plan is impossible.",
          "70", "Internal error (please report it).",
          "130", "Interrupted.");

  private final StringBuilder page = new StringBuilder();

  private ManualPage() {}

  static String of(CommandSpec root) {
    var manual = new ManualPage();
    String name = root.name();
    manual.macro(".TH " + name.toUpperCase(Locale.ROOT) + " 1");
    manual.section("NAME");
    manual.text(name + " - reshard and convert checkpoints for NeMo and Megatron");
    manual.section("SYNOPSIS");
    manual.macro(".B " + name);
    manual.text("COMMAND [OPTION]... [FILE]...");
    manual.section("DESCRIPTION");
    manual.description(root);
    manual.section("COMMANDS");
    manual.commands(root);
    manual.section("EXIT STATUS");
    for (int i = 0; i < EXIT_CODES.size(); i += 2) {
      manual.item(EXIT_CODES.get(i), EXIT_CODES.get(i + 1));
    }
    return manual.page.toString();
  }

  private void commands(CommandSpec parent) {
    parent.subcommands().values().stream()
        .map(line -> line.getCommandSpec())
        .distinct()
        .forEach(this::command);
  }

  private void command(CommandSpec command) {
    String aliases =
        Stream.of(command.aliases()).map(alias -> ", " + alias).collect(Collectors.joining());
    String arguments =
        command.positionalParameters().stream()
            .map(PositionalParamSpec::paramLabel)
            .collect(Collectors.joining(" "));
    String name = command.qualifiedName().substring(command.root().name().length() + 1);
    macro(".SS " + escaped(name + aliases + " " + arguments).strip());
    description(command);
    command.positionalParameters().forEach(each -> item(each.paramLabel(), words(each)));
    command.options().stream().filter(each -> !each.hidden()).forEach(this::option);
    commands(command);
  }

  private void option(OptionSpec option) {
    String names = String.join(", ", option.names());
    String argument = option.arity().max() == 0 ? "" : " " + option.paramLabel();
    item(names + argument, words(option));
  }

  private static String words(ArgSpec argument) {
    return String.join(" ", argument.description());
  }

  private void description(CommandSpec command) {
    text(String.join(" ", command.usageMessage().description()));
  }

  private void section(String title) {
    macro(".SH " + title);
  }

  private void item(String term, String description) {
    macro(".TP");
    macro("\\fB" + escaped(term) + "\\fR");
    text(description);
  }

  private void text(String text) {
    // A line that begins with a dot or an apostrophe would be a macro.
    page.append(escaped(text).replaceFirst("^(?=[.'])", "\\\\&")).append('\n');
  }

  private void macro(String line) {
    page.append(line).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("%%", "%");
  }
}
