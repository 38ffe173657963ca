package io.shardwright.cli;

import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.error.CheckpointException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line for a wrong command line, and what was perhaps meant. */
record UsageErrors(TypedOptions typed, Failures failures) implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException problem, String[] args) {
    CommandLine command = problem.getCommandLine();
    if (problem.getCause() instanceof CheckpointException refusal) {
      return failures.refused(refusal, command, List.of(args).contains("--json"));
    }
    PrintWriter err = command.getErr();
    if (List.of(args).contains("--json")) {
      command
          .getOut()
          .println(Failures.json(Fields.of("code", "usage").and("message", message(problem))));
    }
    err.println("error: " + Screen.lines(message(problem)));
    UnmatchedArgumentException.printSuggestions(problem, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  /** The problem, naming options as they were typed. */
  String message(ParameterException problem) {
    String message = Addresses.shown(plain(problem.getMessage()));
    return typed.in(message, problem.getCommandLine().getCommandSpec());
  }

  /** Picocli's words for a value that is none. */
  private static String plain(String message) {
    return message
        .replaceFirst("^Error: ", "")
        .replaceFirst(
            "^Invalid value for option '(\\S+)'[^:]*: '(.*)' is not an? (int|long)$",
            "$1 is '$2', expected a whole number")
        .replaceFirst(
            "^Invalid value for option '(\\S+)'[^:]*: expected one of \\[(.*)\\] \\(.*but was"
                + " '(.*)'$",
            "$1 is '$3', expected one of $2");
  }
}
