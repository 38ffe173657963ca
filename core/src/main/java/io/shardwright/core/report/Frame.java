package io.shardwright.core.report;

import io.shardwright.core.outline.ShellWords;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is around the content of every page: style, policy, the command that repeats it, a footer.
 *
 * @param command the words of the command line; empty where there was none
 * @param version the program's name and version; empty where a host made the page
 */
record Frame(List<String> command, String version) {
  static final Frame NONE = new Frame(List.of(), "");

  /** Keeps browsers from running or loading anything, even if something escaped the escaping. */
  private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  /**
   * Renders a page.
   *
   * @param title of the browser's window
   * @param content writes the page's sections
   */
  String around(String title, Consumer<Markup> content) {
    var page = new Markup();
    page.in("html", "lang", "en");
    head(page, title);
    page.in("body").in("main");
    content.accept(page);
    again(page);
    footer(page);
    page.end().end().end();
    return page.page();
  }

  private static void head(Markup page, String title) {
    page.in("head")
        .empty("meta", "charset", "utf-8")
        .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .empty("meta", "name", "color-scheme", "content", "light dark")
        .empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY)
        .leaf("title", title)
        .in("style")
        .rules(style())
        .end()
        .end();
  }

  private static String style() {
    try (InputStream rules = Frame.class.getResourceAsStream("report.css")) {
      return new String(rules.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void again(Markup page) {
    if (!command.isEmpty()) {
      page.in("section").leaf("h2", "Do it again");
      page.in("pre", "tabindex", "0").leaf("code", ShellWords.line(command)).end().end();
    }
  }

  private void footer(Markup page) {
    String made = version.isEmpty() ? "Made" : "Made by " + version;
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
