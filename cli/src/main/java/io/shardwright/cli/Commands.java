package io.shardwright.cli;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The commands, in the order in which help shows them. */
final class Commands {
  /** What commands are for; help shows them under these headings. */
  enum Purpose {
    LOOK(
        "Look at checkpoints",
        InspectCommand.class,
        VerifyCommand.class,
        DiffCommand.class,
        ExtractCommand.class),
    CHANGE(
        "Reshard and convert",
        PlanCommand.class,
        ReshardCommand.class,
        ConvertCommand.class,
        FinishCommand.class,
        DemoCommand.class),
    EXTEND("Families and formats", AdaptersCommand.class, FamiliesCommand.class),
    PROGRAM("The program", CompletionCommand.class, ManualCommand.class, HelpCommand.class),
    NEMO(
        "With the flags of NeMo's scripts",
        ChangeNumPartitionsCommand.class,
        CkptToNemoCommand.class,
        LlamaToNemoCommand.class,
        LlamaFromNemoCommand.class);

    private final String heading;
    private final List<Class<?>> types;

    Purpose(String heading, Class<?>... types) {
      this.heading = heading;
      this.types = List.of(types);
    }

    String heading() {
      return heading;
    }

    /** Those of a program, in their order. */
    List<CommandSpec> of(CommandSpec program) {
      return types.stream()
          .map(type -> program.subcommands().get(type.getAnnotation(Command.class).name()))
          .filter(Objects::nonNull)
          .map(CommandLine::getCommandSpec)
          .toList();
    }
  }

  private static final List<Class<?>> ALL =
      Stream.of(Purpose.values())
          .flatMap(purpose -> purpose.types.stream())
          .collect(Collectors.toUnmodifiableList());

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
