package io.shardwright.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands, in the order in which help shows them. */
final class Commands {
  private static final List<Class<?>> ALL =
      List.of(
          InspectCommand.class,
          PlanCommand.class,
          ReshardCommand.class,
          ConvertCommand.class,
          VerifyCommand.class,
          DiffCommand.class,
          ExtractCommand.class,
          AdaptersCommand.class,
          FamiliesCommand.class,
          DemoCommand.class,
          CompletionCommand.class,
          ManualCommand.class,
          HelpCommand.class,
          ChangeNumPartitionsCommand.class,
          CkptToNemoCommand.class,
          LlamaToNemoCommand.class,
          LlamaFromNemoCommand.class);

  /** Those that speak of all others. */
  private static final List<Class<?>> OVERVIEWS =
      List.of(CompletionCommand.class, ManualCommand.class, HelpCommand.class);

  private Commands() {}

  /**
   * Adds what a command line can need. Looking at the options of all commands takes a quarter of a
   * second, so where the first word is a command it is the only one.
   */
  static void addTo(CommandLine line, List<String> words) {
    for (Class<?> type : words.isEmpty() ? List.<Class<?>>of() : ALL) {
      if (isNamed(type, words.get(0)) && !OVERVIEWS.contains(type)) {
        line.addSubcommand(type);
        return;
      }
    }
    ALL.forEach(line::addSubcommand);
  }

  private static boolean isNamed(Class<?> type, String word) {
    Command command = type.getAnnotation(Command.class);
    return command.name().equals(word) || List.of(command.aliases()).contains(word);
  }
}
