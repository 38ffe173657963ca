package io.shardwright.core.report;

/** A bar as long as a size, in proportion to the longest, with an optimizer's part set off. */
final class Bar {
  private Bar() {}

  /**
   * Writes a bar.
   *
   * @param longest the size of a bar of full length
   * @param bytes its size
   * @param optimizer what of these is an optimizer's
   */
  static void write(Markup page, long longest, long bytes, long optimizer) {
    page.in("div", "class", "line-bar");
    part(page, longest, bytes - optimizer, "weights");
    part(page, longest, optimizer, "optimizer");
    page.end();
  }

  static void part(Markup page, long longest, long bytes, String kind) {
    if (bytes > 0) {
      page.leaf("i", "", "class", kind, "style", "width: " + percent(longest, bytes) + "%");
    }
  }

  static String percent(long whole, long bytes) {
    return Markup.number(whole <= 0 ? 0 : Math.min(100, 100.0 * bytes / whole));
  }
}
