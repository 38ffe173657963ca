package io.shardwright.cli;

import io.shardwright.Shardwright;
import io.shardwright.core.ReshardRequest;
import io.shardwright.spi.error.CheckpointException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What a command line asks for, for a program that has the words and runs the request itself. */
public final class CommandRequest {
  /** What concerns the command line's own output, or a run that the program does. */
  private static final List<String> OWN = List.of("--save", "--report", "--dry-run", "--json");

  private final Shardwright shardwright;
  private final ReshardRequest request;
  private final Flags flags;

  private CommandRequest(PlanCommand command) {
    shardwright = command.shardwright();
    request = command.request();
    flags = command.flags();
  }

  /**
   * Reads the words that follow {@code shardwright plan}: with {@code --to} it is a conversion,
   * else a change of parallelism. Nothing is opened yet but the jars that {@code --adapter-path}
   * names.
   *
   * @param source the checkpoint to read
   * @param target the checkpoint to write
   * @param options the options, a word each
   * @return the request
   * @throws IllegalArgumentException if an option is unknown, has a wrong value, or is of no use to
   *     a program
   * @throws CheckpointException if an adapter can't be loaded, or no file system knows an address
   */
  public static CommandRequest of(String source, String target, List<String> options) {
    var words = new ArrayList<>(List.of("plan"));
    words.addAll(options);
    Collections.addAll(words, "--", source, target);
    var nowhere = new PrintWriter(Writer.nullWriter());
    var screen = new Screen(nowhere, nowhere, false, new Environment(System.getenv()));
    var typed = new TypedOptions(words);
    var line = Main.commandLine(screen, words.toArray(String[]::new));
    try {
      ParseResult plan = line.parseArgs(typed.hyphenated()).subcommand();
      refuseOwn(plan);
      return new CommandRequest((PlanCommand) plan.commandSpec().userObject());
    } catch (ParameterException wrong) {
      if (wrong.getCause() instanceof CheckpointException refusal) {
        throw refusal;
      }
      var usage = (UsageErrors) line.getParameterExceptionHandler();
      throw new IllegalArgumentException(usage.message(wrong), wrong);
    }
  }

  private static void refuseOwn(ParseResult plan) {
    for (String option : OWN) {
      if (plan.hasMatchedOption(option)) {
        throw new IllegalArgumentException(option + " is for the command line alone: leave it out");
      }
    }
    if (plan.isUsageHelpRequested()) {
      throw new IllegalArgumentException("--help is for the command line alone: leave it out");
    }
  }

  /**
   * Returns what finds the families and formats that the options name.
   *
   * @return as the command has it
   */
  public Shardwright shardwright() {
    return shardwright;
  }

  /**
   * Returns the request.
   *
   * @return as the command would run it
   */
  public ReshardRequest request() {
    return request;
  }

  /**
   * Says why a request was refused, with the command line's names for settings.
   *
   * @param refusal what {@link #shardwright} threw for this request
   * @return the code, the place and the problem
   */
  public String message(CheckpointException refusal) {
    return flags.message(refusal);
  }

  /**
   * Tells the code with which the command line ends after a refusal, for a program that ends too.
   *
   * @param refusal what was thrown
   * @return from 1 to 6, or 130 where it was interrupted
   */
  public static int exitCode(CheckpointException refusal) {
    return ExitCode.of(refusal.code());
  }
}
