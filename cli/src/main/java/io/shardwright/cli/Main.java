package io.shardwright.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;

/** The program. */
public final class Main {
  private static final long PATIENCE_MILLIS = 5_000;

  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param args the command's words
   */
  public static void main(String[] args) {
    Thread worker = Thread.currentThread();
    var stopper = new Thread(() -> stop(worker));
    Runtime.getRuntime().addShutdownHook(stopper);
    var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    // From Java 22 on there is a console without a terminal too, unless one asks for the old way.
    System.setProperty("jdk.console", "java.base");
    int code = run(args, out, err, System.console() != null);
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException alreadyStopping) {
      // The signal has the last word on the exit code.
      return;
    }
    System.exit(code);
  }

  /** A signal: cancel the run and wait until it has removed what it staged. */
  private static void stop(Thread worker) {
    worker.interrupt();
    try {
      worker.join(PATIENCE_MILLIS);
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs a command.
   *
   * @param terminal whether a person watches
   * @return the exit code
   */
  static int run(String[] args, PrintWriter out, PrintWriter err, boolean terminal) {
    int code = execute(commandLine(new Screen(out, err, terminal)), args);
    out.flush();
    err.flush();
    return code;
  }

  /** The program's commands, which print to a screen. */
  static CommandLine commandLine(Screen screen) {
    var line = new CommandLine(new ShardwrightCommand(), new CommandFactory(screen));
    line.setOut(screen.out()).setErr(screen.err());
    line.setUsageHelpAutoWidth(false).setExpandAtFiles(true);
    line.setParameterExceptionHandler(new UsageErrors());
    line.setExecutionExceptionHandler(new Failures(screen));
    return line;
  }

  /** Runs what a shell has split into words. */
  static int execute(CommandLine line, String[] args) {
    return line.execute(Arrays.stream(args).map(Main::hyphenated).toArray(String[]::new));
  }

  /** Long options take underscores too, as NeMo's do: {@code --target_file=x}. */
  private static String hyphenated(String arg) {
    if (!arg.startsWith("--")) {
      return arg;
    }
    int equals = arg.indexOf('=');
    String name = equals < 0 ? arg : arg.substring(0, equals);
    return name.replace('_', '-') + (equals < 0 ? "" : arg.substring(equals));
  }
}
