package io.shardwright.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What {@code --help} prints: usage, an example, then the options by {@link OptionGroup}. Each
 * option is shown by its first long name; the manual page lists the others.
 */
final class HelpPage {
  private static final int WIDTH = 80;
  private static final int COLUMN = 26;
  private static final String SECTION = "page";

  private final CommandSpec command;
  private final List<String> lines = new ArrayList<>();

  private HelpPage(CommandSpec command) {
    this.command = command;
  }

  /** Makes a command and all below it print this page. */
  static void install(CommandLine line) {
    line.setHelpSectionKeys(List.of(SECTION));
    line.setHelpSectionMap(Map.of(SECTION, help -> of(help.commandSpec())));
  }

  static String of(CommandSpec command) {
    var page = new HelpPage(command);
    page.usage();
    page.example();
    if (command.subcommands().isEmpty()) {
      page.options();
    } else {
      page.commands();
    }
    return String.join("\n", page.lines) + "\n";
  }

  private void usage() {
    String arguments =
        command.positionalParameters().stream()
            .map(
                each -> each.arity().min() == 0 ? "[" + each.paramLabel() + "]" : each.paramLabel())
            .collect(Collectors.joining(" "));
    String rest = command.subcommands().isEmpty() ? " [OPTION]..." : " COMMAND [OPTION]...";
    lines.add(
        "Usage: " + command.qualifiedName() + (arguments.isEmpty() ? "" : " " + arguments) + rest);
    lines.add("");
    lines.addAll(wrapped(String.join(" ", command.usageMessage().description()), WIDTH));
    if (!arguments.isEmpty()) {
      lines.add("");
      command.positionalParameters().forEach(each -> entry(each.paramLabel(), text(each)));
    }
  }

  private void example() {
    String[] examples = command.usageMessage().footer();
    if (examples.length > 0) {
      heading("Example");
      Stream.of(examples).forEach(line -> lines.add("  " + line));
    }
  }

  private void commands() {
    if (!command.equals(command.root())) {
      heading("Commands");
      command
          .subcommands()
          .values()
          .forEach(line -> entry(line.getCommandName(), first(line.getCommandSpec())));
      options();
      return;
    }
    for (Commands.Purpose purpose : Commands.Purpose.values()) {
      heading(purpose.heading());
      for (CommandSpec each : purpose.of(command)) {
        String names =
            String.join(
                ", ", Stream.concat(Stream.of(each.name()), Stream.of(each.aliases())).toList());
        entry(names, first(each));
      }
    }
    lines.add("");
    lines.add("'" + command.name() + " COMMAND --help' shows the options of a command.");
    options();
  }

  private static String first(CommandSpec command) {
    return command.usageMessage().description()[0];
  }

  private void options() {
    List<OptionSpec> shown =
        command.options().stream()
            .filter(option -> !option.hidden() && !LimitOptions.isLimit(option))
            .toList();
    section("Options", shown.stream().filter(each -> OptionGroup.of(each).isEmpty()).toList());
    for (OptionGroup group : OptionGroup.values()) {
      section(
          group.heading(),
          shown.stream()
              .filter(each -> OptionGroup.of(each).filter(group::equals).isPresent())
              .sorted(Comparator.comparing(each -> group.place(each).orElseThrow()))
              .toList());
    }
  }

  private void section(String title, List<OptionSpec> options) {
    if (!options.isEmpty()) {
      heading(title);
      options.forEach(option -> entry(label(option), text(option)));
    }
  }

  /** One long name; of an option that its command alone has, all. */
  private static String label(OptionSpec option) {
    Stream<String> names = Stream.of(option.names()).filter(each -> each.startsWith("--"));
    String name =
        OptionGroup.of(option).isEmpty()
            ? names.collect(Collectors.joining(", "))
            : names.findFirst().orElseThrow();
    String shortName = option.shortestName().startsWith("--") ? "" : option.shortestName() + ", ";
    return shortName + name + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
  }

  /** The first line of a description; the manual page has all of it. */
  private static String text(ArgSpec argument) {
    return argument.description()[0].replace("%%", "%");
  }

  private void heading(String title) {
    lines.addAll(List.of("", title + ":"));
  }

  private void entry(String name, String text) {
    List<String> wrapped = wrapped(text, WIDTH - COLUMN);
    String indent = " ".repeat(COLUMN);
    String head = "  " + name;
    if (head.length() + 2 > COLUMN) {
      lines.add(head);
      lines.add(indent + wrapped.get(0));
    } else {
      lines.add(head + indent.substring(head.length()) + wrapped.get(0));
    }
    wrapped.stream().skip(1).forEach(line -> lines.add(indent + line));
  }

  private static List<String> wrapped(String text, int width) {
    var wrapped = new ArrayList<String>();
    var line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        wrapped.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    wrapped.add(line.toString());
    return wrapped;
  }
}
