package io.shardwright.bench;

import io.shardwright.bench.measure.Workplace;
import io.shardwright.bench.report.Figure;
import io.shardwright.bench.report.Results;
import io.shardwright.bench.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The program behind {@code bench/run}. */
@Command(
    name = "bench/run",
    mixinStandardHelpOptions = true,
    synopsisHeading = "Usage: ",
    description =
        "Measures Shardwright against cp. Exit code 1 where a figure exceeds its limit, 2 where"
            + " none could be taken.")
final class Main implements Callable<Integer> {
  private static final String SIZE = "2GB";
  private static final int FAILED = 2;

  @Spec private CommandSpec spec;

  @Parameters(hidden = true)
  private Path project;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Where inputs and outputs lie, on the disk to be measured; inputs stay there.")
  private Path work;

  @Option(
      names = "--size",
      defaultValue = SIZE,
      description = "About the size of the real inputs: MB or GB (default ${DEFAULT-VALUE}).")
  private String size;

  @Option(
      names = "--pairs",
      defaultValue = "5",
      description = "Measurements a figure (default ${DEFAULT-VALUE}).")
  private int pairs;

  @Option(names = "--only", paramLabel = "CASE", description = "Only this case; may be repeated.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--list", description = "Say what cases there are.")
  private boolean list;

  @Option(
      names = "--out",
      paramLabel = "FILE.md",
      description = "Write table and chart here (default without --only: in bench/results).")
  private Path out;

  @Option(
      names = "--machine",
      paramLabel = "WORDS",
      description = "What the machine is called in the default file name.")
  private String machine;

  /** Parses the command line and ends the process. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    var line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println("error: " + failure.getMessage());
          return FAILED;
        });
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() throws IOException {
    if (list) {
      Cases.all().forEach(each -> System.out.printf("%-11s %s%n", each.id(), each.title()));
      return 0;
    }
    if (pairs < 1) {
      throw wrong("--pairs is " + pairs + ", expected at least 1");
    }
    Path folder = work == null ? project.resolve("bench/target/work") : work.toAbsolutePath();
    var bench = new Bench(project, new Workplace(folder), bytes(), pairs, System.err::println);
    var session = new Session(bench, cases());
    Results results = session.run();
    var table = new Table(results, "bench/run" + (size.equals(SIZE) ? "" : " --size " + size));
    System.out.print(table.text());
    if (out != null || only.isEmpty()) {
      System.err.println("written to " + session.write(table, out, machine));
    }
    List<Figure> missed = results.missed();
    missed.forEach(figure -> System.err.println("over its limit: " + figure.what()));
    return !session.failed().isEmpty() ? FAILED : missed.isEmpty() ? 0 : 1;
  }

  private List<Case> cases() {
    var known = Cases.all().stream().map(Case::id).toList();
    if (!known.containsAll(only)) {
      throw wrong("--only is " + only + ", expected some of " + known);
    }
    return Cases.all().stream().filter(each -> only.isEmpty() || only.contains(each.id())).toList();
  }

  private long bytes() {
    if (!size.matches("[1-9][0-9]{0,5}(MB|GB)")) {
      throw wrong("--size is '" + size + "', expected such as 200MB or 2GB");
    }
    long number = Long.parseLong(size.substring(0, size.length() - 2));
    return number * (size.endsWith("GB") ? 1_000_000_000L : 1_000_000L);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
