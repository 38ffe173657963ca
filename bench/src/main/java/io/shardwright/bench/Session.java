package io.shardwright.bench;

import io.shardwright.bench.report.Chart;
import io.shardwright.bench.report.Machine;
import io.shardwright.bench.report.Report;
import io.shardwright.bench.report.Results;
import io.shardwright.bench.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Measures cases one after the other. */
final class Session {
  private static final int OUTPUTS_AND_SMALLER_INPUTS = 3;
  private static final double SLACK = 1.2;
  private static final long MEANT_FOR = 1_000_000_000;

  private final Bench bench;
  private final List<Case> cases;
  private final Results results = new Results();
  private final List<String> failed = new ArrayList<>();
  private final double loadBefore = Machine.load();

  Session(Bench bench, List<Case> cases) {
    this.bench = bench;
    this.cases = cases;
  }

  Results run() {
    var inputs = cases.stream().flatMap(each -> each.inputs().stream()).distinct().toList();
    long sizes = bench.missing(inputs) + OUTPUTS_AND_SMALLER_INPUTS * bench.size();
    bench.place().require((long) (SLACK * sizes));
    if (bench.size() < MEANT_FOR) {
      bench
          .log()
          .accept("note: limits are meant for 2 GB; of less, starting takes most of the time");
    }
    for (Case each : cases) {
      bench.log().accept(each.id() + ": " + each.title());
      measure(each);
    }
    return results;
  }

  /** What fails leaves the other cases their figures. */
  private void measure(Case each) {
    try {
      each.measure(bench, results);
    } catch (IllegalStateException | UncheckedIOException failure) {
      failed.add(each.id());
      bench.log().accept("error: " + each.id() + ": " + failure.getMessage());
    }
  }

  /** Cases without figures. */
  List<String> failed() {
    return failed;
  }

  /** Writes table and chart; gives the page's name. */
  Path write(Table table, Path given, String words) throws IOException {
    var machine = Machine.of(bench.place().folder());
    String date = LocalDate.now().toString();
    String name = date + "-" + (words == null ? machine.words() : Machine.slug(words)) + ".md";
    Path page = given == null ? bench.project().resolve("bench/results").resolve(name) : given;
    new Report("Measured on " + date, facts(machine), table.text())
        .write(page.toAbsolutePath(), Chart.of(results));
    return page.getFileName();
  }

  private List<String> facts(Machine machine) throws IOException {
    var facts = new ArrayList<>(machine.facts());
    facts.add(
        "load before %.2f, after %.2f; %d pairs; real inputs of about %.1f GB"
            .formatted(loadBefore, Machine.load(), bench.pairs(), bench.size() / 1e9));
    facts.add("revision " + Revision.of(bench.project()));
    return facts;
  }
}
