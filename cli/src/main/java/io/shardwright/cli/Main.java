package io.shardwright.cli;

import io.shardwright.spi.error.ErrorCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;

/** The program. */
public final class Main {
  /** For closing and removing what a run has staged. */
  private static final long PATIENCE_MILLIS = 15_000;

  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param args the command's words
   */
  public static void main(String[] args) {
    Thread worker = Thread.currentThread();
    var code = new AtomicInteger(ExitCode.INTERRUPTED);
    var stopper = new Thread(() -> stop(worker, code));
    Runtime.getRuntime().addShutdownHook(stopper);
    var out = new PrintWriter(new StandardOutput(), false, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    // From Java 22 on there is a console without a terminal too, unless one asks for the old way.
    System.setProperty("jdk.console", "java.base");
    code.set(
        run(
            args,
            new Screen(out, err, System.console() != null, new Environment(System.getenv()))));
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException alreadyStopping) {
      return;
    }
    System.exit(code.get());
  }

  /**
   * A signal: cancel the run and wait until it has removed what it staged. What the run ended with
   * is the exit code, whatever the signal; Java's own would tell SIGTERM from SIGINT.
   */
  private static void stop(Thread worker, AtomicInteger code) {
    worker.interrupt();
    try {
      worker.join(PATIENCE_MILLIS);
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(code.get());
  }

  /**
   * Runs a command.
   *
   * @param screen where results and messages go
   * @return the exit code
   */
  static int run(String[] args, Screen screen) {
    int code = execute(commandLine(screen, args), args);
    boolean told = !screen.out().checkError();
    if (!told) {
      String number = ErrorCode.WRITE_FAILED.code();
      screen
          .err()
          .println(
              "error: "
                  + number
                  + " standard output: can't be written: closed, or its disk is full");
    }
    screen.err().flush();
    return told || code > ExitCode.DIFFERENT ? code : ExitCode.RESOURCES;
  }

  /**
   * The program's commands, which print to a screen.
   *
   * @param words what they may be needed for
   */
  static CommandLine commandLine(Screen screen, String... words) {
    var typed = new TypedOptions(List.of(words));
    var line = new CommandLine(new ShardwrightCommand(), new CommandFactory(screen, typed));
    Commands.addTo(line, List.of(words));
    addLimits(line);
    HelpPage.install(line);
    var last = new CommandLine.RunLast();
    line.setExecutionStrategy(parsed -> LimitOptions.listOr(last, parsed));
    line.setOut(screen.out()).setErr(screen.err());
    line.setUsageHelpAutoWidth(false).setExpandAtFiles(false);
    line.registerConverter(Path.class, new PathWords(typed, screen.environment()));
    var failures = new Failures(screen, typed);
    line.setParameterExceptionHandler(new UsageErrors(typed, failures));
    line.setExecutionExceptionHandler(failures);
    return line;
  }

  /** Runs what a shell has split into words. */
  static int execute(CommandLine line, String[] args) {
    String[] hyphenated = new TypedOptions(List.of(args)).hyphenated();
    try {
      return line.execute(hyphenated);
    } catch (Error thrown) {
      var failures = (Failures) line.getExecutionExceptionHandler();
      return failures.error(thrown, List.of(hyphenated).contains("--json"));
    }
  }

  private static void addLimits(CommandLine command) {
    if (command.getCommand() instanceof ScreenCommand screen) {
      screen.common().limits().addTo(command);
    }
    command.getSubcommands().values().stream().distinct().forEach(Main::addLimits);
  }
}
