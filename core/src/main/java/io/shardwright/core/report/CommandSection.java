package io.shardwright.core.report;

import io.shardwright.core.outline.ShellWords;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** How to do it again, when it was done and by what. */
record CommandSection(Contents contents) implements Section {
  @Override
  public void write(Markup page) {
    if (!contents.command().isEmpty()) {
      page.in("section").leaf("h2", "Do it again");
      page.in("pre", "tabindex", "0").leaf("code", ShellWords.line(contents.command())).end().end();
    }
    String made = contents.version().isEmpty() ? "Made" : "Made by " + contents.version();
    var now = ZonedDateTime.now().truncatedTo(ChronoUnit.SECONDS);
    page.in("footer")
        .text(made + " on ")
        .leaf("time", now.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME))
        .text(
            ", Java "
                + Runtime.version().feature()
                + ", "
                + Runtime.getRuntime().availableProcessors()
                + " processors. This page runs no script and loads nothing.")
        .end();
  }
}
