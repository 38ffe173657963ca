package io.shardwright.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One line for a wrong command line, and what was perhaps meant. */
record UsageErrors(TypedOptions typed) implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException problem, String[] args) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    if (List.of(args).contains("--json")) {
      command
          .getOut()
          .println(Failures.json(Fields.of("code", "usage").and("message", message(problem))));
    }
    err.println("error: " + Screen.safe(message(problem)));
    UnmatchedArgumentException.printSuggestions(problem, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  private String message(ParameterException problem) {
    String message = problem.getMessage().replaceFirst("^Error: ", "");
    return typed.in(message, problem.getCommandLine().getCommandSpec());
  }
}
