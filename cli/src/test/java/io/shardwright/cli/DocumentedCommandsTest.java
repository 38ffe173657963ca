package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.cli.MarkdownPage.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command line of the documentation does what the page says: docs/samples.md has the rules.
 */
class DocumentedCommandsTest {
  private static final String NOT_RUN = "not run: ";
  private static final int FEW = 8;
  private static final Pattern INLINE = Pattern.compile("`(?:\\./)?shardwright ([a-z_]+)([^`]*)`");
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z_-]+");

  @TempDir Path folder;

  static List<MarkdownPage> pages() {
    return MarkdownPage.all();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void doesWhatThePageSays(MarkdownPage page) throws IOException {
    List<DocumentedCommand> commands = commands(page);
    SampleFiles.stage(commands, folder);
    for (DocumentedCommand command : commands) {
      List<String> words =
          command
              .arguments()
              .orElseThrow(() -> new AssertionError(command + " is not of this program"));
      Run run = new Scratch(folder).run(words);
      assertEquals(command.exitCode(), run.code(), command + "\n" + run.out() + run.err());
      command.output().ifPresent(shown -> requireShown(shown, run, command));
    }
  }

  private static List<DocumentedCommand> commands(MarkdownPage page) {
    return page.blocks().stream()
        .filter(DocumentedCommand::isShell)
        .filter(block -> !block.remark().startsWith(NOT_RUN))
        .flatMap(block -> DocumentedCommand.of(page, block).stream())
        .toList();
  }

  private static void requireShown(List<String> shown, Run run, DocumentedCommand command) {
    String expected = steady(shown.stream());
    String printed = steady(run.out().lines());
    String pattern =
        Arrays.stream(expected.split("\n"))
            .map(DocumentedCommandsTest::pattern)
            .collect(Collectors.joining());
    if (!(printed + "\n").matches(pattern)) {
      assertEquals(expected, printed, command.toString());
    }
  }

  private static String pattern(String line) {
    return line.equals("...") ? "(?:.*\n)*?" : Pattern.quote(line).replace("…", "\\E.*\\Q") + "\n";
  }

  /** Without what differs from run to run: times, and progress. */
  private static String steady(Stream<String> lines) {
    return lines
        .filter(line -> !line.matches("(copy|verify) \\d+ %"))
        .map(line -> line.replaceAll("\\b[0-9]+\\.[0-9]+ s\\b", "0.00 s"))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void fewBlocksAreNotRunAndEachSaysWhy() {
    List<Block> left =
        pages().stream()
            .flatMap(page -> page.blocks().stream())
            .filter(block -> block.remark().startsWith(NOT_RUN))
            .toList();
    left.forEach(block -> assertTrue(block.remark().split(" ").length > 4, block.toString()));
    assertTrue(left.size() <= FEW, left.toString());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsStandInShellBlocksOnly(MarkdownPage page) {
    for (Block block : page.blocks()) {
      boolean looksLikeOne =
          block.lines().stream()
              .anyMatch(line -> line.matches("(\\$ )?(\\./shardwright|java -jar) .*"));
      assertTrue(
          !looksLikeOne || DocumentedCommand.isShell(block),
          () -> page + ":" + block.firstLine() + " must begin with ```sh or ```console");
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void proseNamesCommandsAndOptionsThatExist(MarkdownPage page) {
    for (String line : page.prose()) {
      var found = INLINE.matcher(line);
      while (found.find()) {
        Run help = Run.of(found.group(1), "--help");
        assertEquals(0, help.code(), page + ": " + found.group());
        OPTION
            .matcher(found.group(2).replace('_', '-'))
            .results()
            .forEach(option -> assertTrue(help.out().contains(option.group()), page + ": " + line));
      }
    }
  }
}
