package io.shardwright.cli;

import io.shardwright.cli.MarkdownPage.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A command line of a page.
 *
 * @param text as it stands there, with its comment, in one line
 * @param output what the page shows below it; empty where it shows nothing
 */
record DocumentedCommand(MarkdownPage page, int line, String text, Optional<List<String>> output) {
  private static final Pattern EXIT = Pattern.compile("#.*\\bexit ([0-9]+)\\b");
  private static final String PROMPT = "$ ";
  private static final List<List<String>> PROGRAMS =
      List.of(List.of("./shardwright"), List.of("java", "-jar", "cli/target/shardwright.jar"));

  static boolean isShell(Block block) {
    return block.language().equals("sh") || block.language().equals("console");
  }

  /** The commands of a block: every line of {@code sh}, and those with a prompt in a console. */
  static List<DocumentedCommand> of(MarkdownPage page, Block block) {
    var commands = new ArrayList<DocumentedCommand>();
    boolean console = block.language().equals("console");
    List<String> lines = block.lines();
    for (int at = 0; at < lines.size(); ) {
      int start = at;
      var text = new StringBuilder();
      while (lines.get(at).endsWith("\\")) {
        String part = lines.get(at++).strip();
        text.append(part, 0, part.length() - 1);
      }
      text.append(lines.get(at++).strip());
      int shown = at;
      while (console && at < lines.size() && !lines.get(at).startsWith(PROMPT)) {
        at++;
      }
      String line = console ? text.substring(PROMPT.length()) : text.toString();
      Optional<List<String>> output =
          console ? Optional.of(lines.subList(shown, at)) : Optional.empty();
      if (!ShellWords.of(line).isEmpty()) {
        commands.add(new DocumentedCommand(page, block.firstLine() + start, line, output));
      }
    }
    return commands;
  }

  /** The words after the program's name; empty where it is another program. */
  Optional<List<String>> arguments() {
    List<String> words = ShellWords.of(text);
    return PROGRAMS.stream()
        .filter(name -> words.size() >= name.size() && words.subList(0, name.size()).equals(name))
        .map(name -> words.subList(name.size(), words.size()))
        .findFirst();
  }

  /** The exit code that the comment states, else 0. */
  int exitCode() {
    var stated = EXIT.matcher(text);
    return stated.find() ? Integer.parseInt(stated.group(1)) : ExitCode.DONE;
  }

  @Override
  public String toString() {
    return page + ":" + line + ": " + text;
  }
}
