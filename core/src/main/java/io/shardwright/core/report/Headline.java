package io.shardwright.core.report;

import io.shardwright.core.Device;
import io.shardwright.core.Report;
import io.shardwright.core.outline.ByteSize;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.Side;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What became what, whether it is right, and the figures that people ask for first. */
record Headline(Contents contents) {
  static String title(Contents contents) {
    PlanOutline outline = contents.plan().outline();
    return outline.before().name() + " → " + outline.after().name();
  }

  void write(Markup page) {
    PlanOutline outline = contents.plan().outline();
    page.in("header").leaf("p", "Checkpoint report", "class", "kicker");
    page.in("h1")
        .leaf("span", outline.before().name(), "class", "name")
        .leaf("span", " → ", "class", "arrow")
        .leaf("span", outline.after().name(), "class", "name")
        .end();
    page.in("p", "class", "lead");
    verdict(page);
    page.text(" Family ").leaf("strong", outline.family()).text(": " + way(outline) + ".").end();
    figures(page);
    page.end();
  }

  private void verdict(Markup page) {
    Optional<Report> report = contents.report();
    if (!contents.plan().needs().fits() && report.isEmpty()) {
      page.leaf("span", "Planned; does not fit on the disk", "class", "verdict bad");
    } else if (report.isEmpty()) {
      page.leaf("span", "Planned, not run", "class", "verdict planned");
    } else if (report.get().verified()) {
      page.leaf("span", "✓ Verified", "class", "verdict good");
    } else {
      page.leaf("span", "Written, not verified", "class", "verdict planned");
    }
  }

  private static String way(PlanOutline outline) {
    String before = naming(outline.before());
    String after = naming(outline.after());
    return before.equals(after)
        ? grid(outline.before()) + " to " + grid(outline.after()) + before
        : grid(outline.before()) + before + ", to " + grid(outline.after()) + after;
  }

  private static String grid(Side side) {
    return side.grid().toString().replace(", ", " × ");
  }

  private static String naming(Side side) {
    return side.naming()
        .map(
            naming ->
                switch (naming) {
                  case LEGACY -> ", NeMo’s older names";
                  case MCORE -> ", Megatron-Core’s names";
                  case HUGGING_FACE -> ", Hugging Face’s names";
                })
        .orElse("");
  }

  private void figures(Markup page) {
    PlanOutline outline = contents.plan().outline();
    page.in("dl", "class", "figures");
    figure(page, "Tensors", String.format(Locale.ROOT, "%,d", outline.tensors()), "logical");
    long read = contents.plan().bytesToRead();
    figure(page, "Source", ByteSize.text(read), String.format(Locale.ROOT, "%,d bytes", read));
    long bytes = contents.plan().bytesToWrite();
    figure(page, "Target", ByteSize.text(bytes), String.format(Locale.ROOT, "%,d bytes", bytes));
    contents.report().ifPresent(report -> measured(page, report));
    page.end();
  }

  private void measured(Markup page, Report report) {
    Duration took = report.duration();
    double seconds = Math.max(1e-9, took.toNanos() / 1e9);
    String parts = report.verified() ? "copy, sync and verify" : "copy and sync";
    String where = report.device().equals(Device.JVM) ? "" : ", on " + report.device();
    figure(page, "Time", time(seconds), parts + where);
    if (seconds >= 1) {
      rate(page, report.bytesWritten() / seconds);
    }
    contents
        .course()
        .peakMemory()
        .ifPresent(
            peak -> figure(page, "Peak memory", ByteSize.text(peak), "of the whole process"));
  }

  /** Of a shorter run it would be the start-up's. */
  private static void rate(Markup page, double bytes) {
    figure(page, "Rate", ByteSize.text(bytes) + "/s", "written, over all");
  }

  static String time(double seconds) {
    return seconds < 60
        ? String.format(Locale.ROOT, "%.2f s", seconds)
        : String.format(Locale.ROOT, "%d min %02d s", (long) seconds / 60, (long) seconds % 60);
  }

  private static void figure(Markup page, String name, String value, String note) {
    page.in("div").leaf("dt", name).leaf("dd", value).leaf("dd", note, "class", "note").end();
  }
}
