package io.shardwright.cli;

import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.Limits;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** An option for every limit, the same on every command. */
final class LimitOptions {
  private Limits limits = Limits.STANDARD;

  Limits limits() {
    return limits;
  }

  /** Adds the options to a command. */
  void addTo(CommandLine command) {
    for (Limit limit : Limit.values()) {
      command.getCommandSpec().addOption(option(limit, command.getCommandSpec()));
    }
  }

  /** Whether an option is one of them; help lists these apart. */
  static boolean isLimit(OptionSpec option) {
    return option.setter() instanceof Setter;
  }

  /** Shows them instead of running a command that was asked to. */
  static int listOr(IExecutionStrategy command, ParseResult words) {
    CommandLine line = words.asCommandLineList().get(words.asCommandLineList().size() - 1);
    if (!line.getParseResult().hasMatchedOption("--help-limits")) {
      return command.execute(words);
    }
    for (Limit limit : Limit.values()) {
      line.getOut().printf("%-34s %s%n", Flags.of(limit) + "=" + label(limit), description(limit));
    }
    return ExitCode.DONE;
  }

  private static String label(Limit limit) {
    return limit.unit() == Limit.Unit.BYTES ? "SIZE" : "N";
  }

  private OptionSpec option(Limit limit, CommandSpec command) {
    return OptionSpec.builder(Flags.of(limit))
        .paramLabel(label(limit))
        .type(String.class)
        .description(description(limit))
        .setter(new Setter(limit, command))
        .build();
  }

  /** Takes the value that the command line gives a limit. */
  private final class Setter implements ISetter {
    private final Limit limit;
    private final CommandSpec command;

    Setter(Limit limit, CommandSpec command) {
      this.limit = limit;
      this.command = command;
    }

    @Override
    public <T> T set(T value) {
      if (value != null) {
        give(limit, value.toString(), command);
      }
      return null;
    }
  }

  private static String description(Limit limit) {
    String number =
        limit.standard() == Limits.OF_THE_MACHINE
            ? limit.reason()
            : limit.unit() == Limit.Unit.BYTES
                ? Sizes.bytes(limit.standard())
                : Sizes.count(limit.standard());
    String counted = limit.counted();
    return Character.toUpperCase(counted.charAt(0)) + counted.substring(1) + "; " + number + ".";
  }

  private void give(Limit limit, String text, CommandSpec command) {
    Optional<Long> number =
        text.equals("0")
            ? Optional.of(0L)
            : limit.unit() == Limit.Unit.BYTES ? Sizes.parse(text) : count(text);
    try {
      limits = limits.with(limit, number.orElseThrow(IllegalArgumentException::new));
    } catch (IllegalArgumentException bad) {
      String example = limit.unit() == Limit.Unit.BYTES ? "a size such as 16MiB" : "a number";
      throw new ParameterException(
          command.commandLine(),
          Flags.of(limit)
              + " is '"
              + text
              + "', expected "
              + example
              + " up to "
              + limit.highest());
    }
  }

  private static Optional<Long> count(String text) {
    return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }
}
