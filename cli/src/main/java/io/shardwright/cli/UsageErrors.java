package io.shardwright.cli;

import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.error.CheckpointException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
    meant(problem).ifPresent(near -> err.println("Did you mean " + near + "?"));
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  /** The problem, naming options as they were typed. */
  String message(ParameterException problem) {
    boolean program = problem.getCommandLine().getParent() == null;
    String message = Addresses.shown(plain(problem.getMessage(), program));
    return typed.in(message, problem.getCommandLine().getCommandSpec());
  }

  /** The option or command that is most like an unknown one. */
  private static Optional<String> meant(ParameterException problem) {
    if (!(problem instanceof UnmatchedArgumentException unknown)) {
      return Optional.empty();
    }
    String typed = unknown.getUnmatched().get(0);
    return unknown.getSuggestions().stream()
        .min(Comparator.comparingInt(known -> -alike(known, typed)));
  }

  /** Letters that two words have in common at their begin. */
  private static int alike(String one, String other) {
    int first = Arrays.mismatch(one.toCharArray(), other.toCharArray());
    return first < 0 ? one.length() : first;
  }

  /** Picocli's messages, in the words of this program. */
  private static String plain(String message, boolean program) {
    return message
        .replaceFirst("^Error: ", "")
        .replaceFirst("^Unknown options?: ('[^']*').*", "unknown option $1")
        .replaceFirst(
            "^Unmatched arguments? (?:from|at) index \\d+: ('[^']*').*",
            (program ? "unknown command" : "unexpected argument") + " $1")
        .replaceFirst("^Missing command$", "no command is given")
        .replaceFirst(
            "^Missing required parameter for option '(\\S+)' \\((.*)\\)$", "$1 needs a value ($2)")
        .replaceFirst("^Missing required parameters?: ", "missing ")
        .replaceFirst(
            "^Invalid value for option '(\\S+)'[^:]*: '(.*)' is not an? (int|long)$",
            "$1 is '$2', expected a whole number")
        .replaceFirst(
            "^Invalid value for option '(\\S+)'[^:]*: expected one of \\[(.*)\\] \\(.*but was"
                + " '(.*)'$",
            "$1 is '$3', expected one of $2");
  }
}
