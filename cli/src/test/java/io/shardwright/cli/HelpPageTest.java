package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class HelpPageTest {
  private static Stream<CommandSpec> commands() {
    var nowhere = new PrintWriter(Writer.nullWriter());
    CommandLine program = Main.commandLine(Run.screen(nowhere, nowhere), "help");
    return program.getSubcommands().values().stream().distinct().map(CommandLine::getCommandSpec);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionThatSeveralCommandsHaveIsInAGroup(CommandSpec command) {
    List<CommandSpec> others =
        commands().filter(each -> !each.name().equals(command.name())).toList();
    for (OptionSpec option : command.options()) {
      boolean common =
          others.stream().allMatch(other -> other.findOption(option.longestName()) != null);
      assertTrue(
          !common || LimitOptions.isLimit(option) || OptionGroup.of(option).isPresent(),
          command.name() + " " + option.longestName());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "plan", "reshard", "convert", "verify", "diff", "extract"})
  void showsUsageAnExampleAndOptionsInGroupsOnAPageOfEightyColumns(String command) {
    String help = Run.of(command, "--help").out();
    assertTrue(help.startsWith("Usage: shardwright " + command + " "), help);
    assertTrue(help.contains("\nExample:\n  shardwright " + command + " "), help);
    assertTrue(help.contains("\nOutput:\n") && help.contains("\nDevices:\n"), help);
    assertFalse(help.contains("--max-tensors"), help);
    assertTrue(help.lines().count() <= 96, help.lines().count() + " lines\n" + help);
    help.lines().forEach(line -> assertTrue(line.length() <= 80, line));
  }

  @Test
  void theProgramsHelpListsCommandsByPurposeAndNemosApart() {
    String help = Run.of("--help").out();
    assertTrue(help.indexOf("  reshard ") < help.indexOf("NeMo's scripts:"), help);
    assertTrue(help.indexOf("NeMo's scripts:") < help.indexOf("megatron_change_num_partitions"));
  }

  @Test
  void completesFamiliesAndFormats() {
    String fish = Run.of("completion", "fish").out();
    for (String word : List.of("torch_dist", "huggingface", "llama", "nvgpt")) {
      assertTrue(
          fish.lines().anyMatch(line -> line.contains(" -x -a ") && line.contains(word)), word);
    }
    assertTrue(Run.of("completion", "bash").out().contains("torch_dist"));
  }

  @Test
  void namesTheOptionWhoseValueIsNoNumberOrNoChoice() {
    Run number = Run.of("reshard", "a", "b", "--tp", "abc");
    assertEquals(2, number.code());
    assertTrue(
        number.err().startsWith("error: --tp is 'abc', expected a whole number"), number.err());
    Run choice = Run.of("reshard", "a", "b", "--color", "blue");
    assertTrue(
        choice.err().startsWith("error: --color is 'blue', expected one of auto, always, never"));
  }

  @Test
  void aHintHasItsOwnLine() {
    Run run = Run.of("plan", "--plan", "x");
    assertEquals(2, run.code());
    assertTrue(
        run.err().contains("'--plan'\n  hint: --plan is an option of 'convert'\n"), run.err());
  }
}
