package io.shardwright.core.report;

/** A page that can be written to a file. It needs no script, no other file and no network. */
public interface HtmlPage {
  /**
   * Renders the page.
   *
   * @return HTML that is also well-formed XML
   */
  String html();
}
