package io.shardwright.cli;

import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import java.util.Locale;

/** A plan or a report as a person or a script wants to see it. */
final class RunView {
  private final Screen screen;
  private final CommonOptions common;

  RunView(ScreenCommand command) {
    screen = command.screen();
    common = command.common();
  }

  void show(ReshardPlan plan) {
    if (common.json()) {
      var request = plan.request();
      screen.print(
          Json.object(
              Fields.of("source", request.source())
                  .and("target", request.target())
                  .and("bytes_to_read", plan.bytesToRead())
                  .and("bytes_to_write", plan.bytesToWrite())
                  .and("config_changes", plan.changes())
                  .and("notes", plan.notes())
                  .map()));
    } else {
      plan.toString().lines().map(Screen::safe).forEach(screen::print);
    }
    screen.notes(plan.notes(), common.quiet());
  }

  void show(Report report) {
    double seconds = report.duration().toNanos() / 1e9;
    if (common.json()) {
      screen.print(
          Json.object(
              Fields.of("target", report.target())
                  .and("bytes_read", report.bytesRead())
                  .and("bytes_written", report.bytesWritten())
                  .and("tensors", report.tensors())
                  .and("verified", report.verified())
                  .and("overflowed", report.overflowed())
                  .and("underflowed", report.underflowed())
                  .and("inexact", report.inexact())
                  .and("seconds", seconds)
                  .and("config_changes", report.changes())
                  .and(
                      "manifest",
                      report.manifest().map(manifest -> new ManifestView(manifest).fields()))
                  .and("notes", report.notes())
                  .map()));
    } else {
      screen.print(
          String.format(
              Locale.ROOT,
              "%s: %s, %s tensors, %s, %.2f s",
              Screen.safe(report.target().toString()),
              Sizes.bytes(report.bytesWritten()),
              Sizes.count(report.tensors()),
              report.verified() ? "verified" : "not verified",
              seconds));
      report.changes().forEach(change -> screen.print("  config " + Screen.safe(change)));
      losses(report);
    }
    report
        .manifest()
        .ifPresent(made -> screen.notes(new ManifestView(made).notes(), common.quiet()));
    screen.notes(report.notes(), common.quiet());
  }

  private void losses(Report report) {
    if (report.overflowed() + report.underflowed() + report.inexact() > 0) {
      screen.print(
          String.format(
              Locale.ROOT,
              "  cast: %s values became infinite, %s became zero, %s were rounded",
              Sizes.count(report.overflowed()),
              Sizes.count(report.underflowed()),
              Sizes.count(report.inexact())));
    }
  }
}
