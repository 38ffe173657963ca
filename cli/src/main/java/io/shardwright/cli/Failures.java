package io.shardwright.cli;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One clear message for whatever a user can cause; a stack trace only for a bug of ours. */
final class Failures implements IExecutionExceptionHandler {
  private final Screen screen;
  private final TypedOptions typed;

  Failures(Screen screen, TypedOptions typed) {
    this.screen = screen;
    this.typed = typed;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    if (command.getCommand() instanceof ScreenCommand own) {
      own.endProgress();
    }
    return failure instanceof CheckpointException refusal
        ? refused(refusal, command, parsed.expandedArgs().contains("--json"))
        : bug(failure);
  }

  /** What a command refuses, while its words are read or later. */
  int refused(CheckpointException refusal, CommandLine command, boolean json) {
    Style style =
        command.getCommand() instanceof ScreenCommand own ? own.style() : new Style(false);
    return refused(refusal, json, style, new Flags(command.getCommandSpec(), typed));
  }

  /** What no command catches: too little memory, or a bug. */
  int error(Error thrown, boolean json) {
    if (thrown instanceof OutOfMemoryError) {
      var refusal =
          new CheckpointIoException(
              ErrorCode.MEMORY_EXHAUSTED,
              "java",
              "not enough memory: set SHARDWRIGHT_JAVA_OPTS=-Xmx2g (or more)");
      return refused(refusal, json, new Style(false), new Flags(CommandSpec.create(), typed));
    }
    return bug(thrown);
  }

  private int refused(CheckpointException refusal, boolean json, Style style, Flags flags) {
    if (json) {
      screen.print(json(fields(refusal, flags)));
    }
    String message = flags.message(refusal);
    screen.err().println(style.bad("error:") + " " + Screen.lines(message));
    return ExitCode.of(refusal.code());
  }

  private int bug(Throwable failure) {
    screen.err().println("error: internal error; please report it with the following lines");
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    trace.toString().lines().map(line -> line.replace("\t", "    ")).forEach(screen::remark);
    return ExitCode.BUG;
  }

  /** What a script gets in place of a result. */
  static String json(Fields error) {
    return Json.object(Fields.of("error", error.map()).map());
  }

  static Fields fields(CheckpointException refusal, Flags flags) {
    var fields = Fields.of("code", refusal.code().code()).and("message", flags.message(refusal));
    if (refusal instanceof PlanRejectedException plan) {
      fields.and("problems", plan.problems(flags));
      fields.and("alternatives", plan.alternatives().stream().map(Failures::grid).toList());
    }
    return fields;
  }

  private static Map<String, Object> grid(PlanRejectedException.Alternative grid) {
    return Fields.of("tensor_model_parallel_size", grid.tensor())
        .and("pipeline_model_parallel_size", grid.pipeline())
        .map();
  }
}
