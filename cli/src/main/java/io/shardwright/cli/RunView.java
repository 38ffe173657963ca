package io.shardwright.cli;

import io.shardwright.core.Device;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.RunOptions.Part;
import io.shardwright.core.outline.Needs;
import java.util.Locale;
import java.util.Optional;

/** A plan or a report as a person or a script wants to see it. */
final class RunView {
  private static final int KEY = 10;

  private final ScreenCommand command;
  private final Screen screen;
  private final Style style;

  RunView(ScreenCommand command) {
    this.command = command;
    this.screen = command.screen();
    this.style = command.style();
  }

  void show(ReshardPlan plan) {
    if (command.common().json()) {
      screen.print(Json.object(fields(plan).map()));
    } else {
      plan.toString().lines().map(Screen::safe).forEach(this::print);
      needs(plan.needs());
    }
    command.notes(plan.notes(command.flags()));
  }

  private void print(String line) {
    boolean title = line.startsWith("before ");
    screen.print(title ? style.strong(line) : style.keyed(line, KEY));
  }

  private Fields fields(ReshardPlan plan) {
    var request = plan.request();
    return Fields.of("source", request.source())
        .and("target", request.target())
        .and("bytes_to_read", plan.bytesToRead())
        .and("bytes_to_write", plan.bytesToWrite())
        .and("config_changes", plan.changes())
        .and("outline", OutlineFields.plan(plan.outline()).map())
        .and("needs", OutlineFields.needs(plan.needs()))
        .and("verdict", Fields.of("possible", true).and("fits_on_disk", plan.needs().fits()).map())
        .and("notes", plan.notes(command.flags()));
  }

  private static String device(Needs needs) {
    return needs.deviceBytes() == 0
        ? ""
        : " and up to " + Sizes.bytes(needs.deviceBytes()) + " of the GPU's memory";
  }

  private void needs(Needs needs) {
    screen.print("");
    print(
        String.format(
            Locale.ROOT,
            "%-10s %s of buffers (%d threads)%s, independent of the model's size; the JVM needs"
                + " more",
            "memory",
            Sizes.bytes(needs.bufferBytes()),
            needs.threads(),
            device(needs)));
    String free =
        needs.diskFreeBytes().isPresent()
            ? ", " + Sizes.bytes(needs.diskFreeBytes().getAsLong()) + " free"
            : "";
    String verdict = needs.fits() ? "" : style.bad(" - too little: a run would be refused");
    print(
        String.format(
                Locale.ROOT, "%-10s %s needed%s", "disk", Sizes.bytes(needs.diskBytes()), free)
            + verdict);
  }

  void show(Report report, Optional<Part> part) {
    if (command.common().json()) {
      var fields = fields(report);
      part.ifPresent(one -> fields.and("part", one.number()).and("parts", one.of()));
      screen.print(Json.object(fields.map()));
    } else if (part.isPresent()) {
      written(report, part.get());
    } else {
      screen.print(
          String.format(
              Locale.ROOT,
              "%s: %s, %s tensors, %s, %s s%s",
              Screen.safe(report.target().toString()),
              Sizes.bytes(report.bytesWritten()),
              Sizes.count(report.tensors()),
              report.verified() ? style.good("verified") : style.warning("not verified"),
              Sizes.decimal(seconds(report), 2),
              report.device().kind() == Device.Kind.JVM ? "" : " on " + report.device()));
      if (report.bytesResumed() > 0) {
        screen.print(
            "  resumed: "
                + Sizes.bytes(report.bytesResumed())
                + " were already written and are correct");
      }
      report.changes().forEach(change -> screen.print("  config " + Screen.safe(change)));
      losses(report);
    }
    report.manifest().ifPresent(made -> command.notes(new ManifestView(made).notes()));
    command.notes(report.notes(command.flags()));
  }

  private void written(Report report, Part part) {
    screen.print(
        String.format(
            Locale.ROOT,
            "%s: part %s written, %s, %s s; 'finish' completes the target",
            Screen.safe(report.target().toString()),
            part,
            Sizes.bytes(report.bytesWritten()),
            Sizes.decimal(seconds(report), 2)));
    losses(report);
  }

  private static double seconds(Report report) {
    return report.duration().toNanos() / 1e9;
  }

  private Fields fields(Report report) {
    return Fields.of("target", report.target())
        .and("bytes_read", report.bytesRead())
        .and("bytes_written", report.bytesWritten())
        .and("bytes_resumed", report.bytesResumed())
        .and("tensors", report.tensors())
        .and("verified", report.verified())
        .and("overflowed", report.overflowed())
        .and("underflowed", report.underflowed())
        .and("inexact", report.inexact())
        .and("dequantized", report.dequantized())
        .and("dequantized_rounded", report.dequantizedRounded())
        .and("backend", report.device().backend())
        .and("device", report.device())
        .and("seconds", seconds(report))
        .and("config_changes", report.changes())
        .and("manifest", report.manifest().map(made -> new ManifestView(made).fields()))
        .and("notes", report.notes(command.flags()));
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
