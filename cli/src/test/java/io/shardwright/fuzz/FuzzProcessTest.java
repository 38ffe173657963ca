package io.shardwright.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every target under Jazzer, two at a time; outside the default set. docs/fuzzing.md says how. */
@Tag("fuzz")
class FuzzProcessTest {
  private static final Path FOLDER = Path.of("target/fuzz").toAbsolutePath();
  private static final int AT_A_TIME = 2;

  @Test
  void findsNothing() throws IOException, InterruptedException, ExecutionException {
    List<Campaign.Outcome> outcomes = outcomes(Long.getLong("fuzz.seconds"), targets());
    if (Boolean.getBoolean("shardwright.rewrite")) {
      write(outcomes);
    }
    for (Campaign.Outcome outcome : outcomes) {
      assertTrue(outcome.executions() > 0, outcome + ": see " + FOLDER);
      assertEquals(0, outcome.findings(), outcome + ": see " + FOLDER);
    }
  }

  private static List<Target> targets() {
    String wanted = System.getProperty("fuzz.targets");
    return wanted.equals("all")
        ? List.of(Target.values())
        : Arrays.stream(wanted.split(",")).map(Target::of).toList();
  }

  private static List<Campaign.Outcome> outcomes(long seconds, List<Target> targets)
      throws InterruptedException, ExecutionException {
    Map<Target, List<byte[]>> seeds = Corpus.seeds();
    var pool = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Callable<Campaign.Outcome>> all = new ArrayList<>();
      for (Target target : targets) {
        var campaign = new Campaign(target, FOLDER.resolve(target.word()), seconds);
        all.add(() -> told(campaign.run(seeds.get(target))));
      }
      var outcomes = new ArrayList<Campaign.Outcome>();
      for (Future<Campaign.Outcome> each : pool.invokeAll(all)) {
        outcomes.add(each.get());
      }
      return outcomes;
    } finally {
      pool.shutdownNow();
    }
  }

  private static Campaign.Outcome told(Campaign.Outcome outcome) {
    System.out.printf(
        Locale.ROOT,
        "%-14s %,12d executions  %,6d edges  %4d s  %d findings%n",
        outcome.target().word(),
        outcome.executions(),
        outcome.coverage(),
        outcome.seconds(),
        outcome.findings());
    return outcome;
  }

  /** Puts each outcome in the row of its target. */
  private static void write(List<Campaign.Outcome> outcomes) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(FuzzTest.PAGE));
    for (Campaign.Outcome outcome : outcomes) {
      String start = "| `" + outcome.target().word() + "` | ";
      lines.replaceAll(
          line ->
              line.startsWith(start)
                  ? line.replaceAll("( \\|[^|]*){4}\\|$", "") + row(outcome)
                  : line);
    }
    Files.write(FuzzTest.PAGE, lines);
  }

  private static String row(Campaign.Outcome outcome) {
    return String.format(
        Locale.ROOT,
        " | %,d | %,d | %d | %d |",
        outcome.executions(),
        outcome.coverage(),
        outcome.seconds(),
        outcome.findings());
  }
}
