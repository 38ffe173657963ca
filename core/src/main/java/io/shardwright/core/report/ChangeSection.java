package io.shardwright.core.report;

import io.shardwright.core.Report;
import io.shardwright.core.outline.PlanOutline;
import io.shardwright.core.outline.RowPadding;
import io.shardwright.core.outline.TypeCast;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/** What is not as it was: configuration, padding, types, tensors made or left out; notes. */
record ChangeSection(Contents contents) {
  private static final int MOST_NAMES = 12;

  void write(Markup page) {
    PlanOutline outline = contents.plan().outline();
    page.in("section").leaf("h2", "Changes");
    page.in("div", "class", "scroll");
    if (outline.edits().isEmpty()) {
      page.leaf("p", "No configuration key changes.", "class", "note");
    } else {
      edits(page, outline);
    }
    page.end();
    page.in("dl", "class", "changes");
    outline.casts().forEach(cast -> cast(page, cast));
    contents.report().ifPresent(report -> losses(page, report));
    outline.padding().forEach(padding -> padding(page, padding));
    names(page, "A constant is added", outline.shifted());
    names(page, "Made from the configuration", outline.computed());
    names(page, "Left out", outline.leftOut());
    page.end();
    notes(page);
    page.end();
  }

  private static void edits(Markup page, PlanOutline outline) {
    page.table("Configuration key", "Before", "After");
    outline
        .edits()
        .forEach(
            edit ->
                page.in("tr")
                    .in("th", "scope", "row")
                    .name(edit.key())
                    .end()
                    .leaf("td", edit.from())
                    .leaf("td", edit.to())
                    .end());
    page.end().end();
  }

  private static void cast(Markup page, TypeCast cast) {
    page.leaf("dt", "Cast")
        .leaf(
            "dd",
            String.format(
                Locale.ROOT,
                "%s → %s: %,d tensors, %,d values",
                cast.from().torchName(),
                cast.to().torchName(),
                cast.tensors(),
                cast.elements()));
  }

  private void losses(Markup page, Report report) {
    if (!contents.plan().outline().casts().isEmpty()) {
      page.leaf("dt", "Lost by casts")
          .leaf(
              "dd",
              String.format(
                  Locale.ROOT,
                  "%,d values became infinite, %,d became zero, %,d were rounded",
                  report.overflowed(),
                  report.underflowed(),
                  report.inexact()));
    }
  }

  private static void padding(Markup page, RowPadding padding) {
    page.leaf("dt", "Vocabulary rows").in("dd").name(padding.tensor());
    long more = padding.after() - padding.before();
    page.text(
            String.format(
                Locale.ROOT,
                ": %,d → %,d, %,d %s",
                padding.before(),
                padding.after(),
                Math.abs(more),
                more > 0 ? "of zeros added" : "of padding left out"))
        .end();
  }

  private static void names(Markup page, String title, List<String> names) {
    if (names.isEmpty()) {
      return;
    }
    page.leaf("dt", title).in("dd");
    names.stream().limit(MOST_NAMES).forEach(name -> page.name(name).empty("br"));
    if (names.size() > MOST_NAMES) {
      page.text("and " + (names.size() - MOST_NAMES) + " more");
    }
    page.end();
  }

  private void notes(Markup page) {
    var notes = new LinkedHashSet<>(contents.plan().notes(contents.words()));
    contents.report().ifPresent(report -> notes.addAll(report.notes(contents.words())));
    if (!notes.isEmpty()) {
      page.leaf("h3", "Notes").in("ul");
      notes.forEach(note -> page.leaf("li", note));
      page.end();
    }
  }
}
