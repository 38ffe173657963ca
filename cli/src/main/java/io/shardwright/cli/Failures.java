package io.shardwright.cli;

import io.shardwright.spi.error.CheckpointException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** One clear message for whatever a user can cause; a stack trace only for a bug of ours. */
final class Failures implements IExecutionExceptionHandler {
  private final Screen screen;

  Failures(Screen screen) {
    this.screen = screen;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    if (failure instanceof CheckpointException refusal) {
      if (parsed.expandedArgs().contains("--json")) {
        screen.print(json(refusal.code().code(), refusal.getMessage()));
      }
      screen.err().println("error: " + Screen.safe(refusal.getMessage()));
      return ExitCode.of(refusal.code());
    }
    screen.err().println("error: this is a bug of ours; please report it with what follows");
    failure.printStackTrace(screen.err());
    return ExitCode.BUG;
  }

  /** What a script gets in place of a result. */
  static String json(String code, String message) {
    return Json.object(
        Fields.of("error", Fields.of("code", code).and("message", message).map()).map());
  }
}
