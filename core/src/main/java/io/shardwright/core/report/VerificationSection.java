package io.shardwright.core.report;

import io.shardwright.core.Report;
import java.util.List;
import java.util.Locale;

/** What was compared, and what was found. */
record VerificationSection(Contents contents) implements Section {
  @Override
  public void write(Markup page) {
    if (contents.report().isEmpty()) {
      return;
    }
    Report report = contents.report().get();
    page.in("section", "class", "card").leaf("h2", "Verification");
    if (report.verified()) {
      verified(page, report);
    } else {
      page.leaf("p", "The target was not read back, as asked for.");
    }
    page.end();
  }

  private void verified(Markup page, Report report) {
    page.leaf(
        "p",
        "Before it was published, the target was opened afresh by the reader of its format. Names,"
            + " element types, shapes and objects were compared with the plan, and the CRC-32 of"
            + " every tensor with that of the bytes that were read from the source and written.",
        "class",
        "note");
    page.in("dl", "class", "figures");
    figure(page, "Stored tensors", count(report.tensors()));
    figure(page, "Values", count(contents.plan().outline().values()));
    figure(page, "Target bytes", count(report.bytesWritten()));
    figure(page, "CRC-32 compared", count(report.tensors()));
    page.end();
    page.in("ul", "class", "checks");
    for (String kind : List.of("missing", "extra", "shape", "type", "value")) {
      page.in("li").leaf("b", "0").text(" " + kind).end();
    }
    page.end();
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static void figure(Markup page, String name, String value) {
    page.in("div").leaf("dt", name).leaf("dd", value).end();
  }
}
