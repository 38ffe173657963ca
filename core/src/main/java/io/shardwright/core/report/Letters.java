package io.shardwright.core.report;

/**
 * How much room text takes in a drawing. The figures are those of DejaVu Sans, the widest of the
 * page's fonts, so that text fits in the others too.
 */
final class Letters {
  /** Mean widths of a letter in proportion to the font's size. */
  private static final double BOLD = 0.7;

  private static final double REGULAR = 0.62;

  /** Smaller letters can't be read. */
  static final double SMALLEST = 8;

  private Letters() {}

  static double width(String text, double size, boolean bold) {
    return text.length() * size * (bold ? BOLD : REGULAR);
  }

  /** The largest size at which text fits, between the smallest and a wanted one. */
  static double size(String text, double room, double wanted, boolean bold) {
    double fits = room / Math.max(1e-9, width(text, 1, bold));
    return Math.max(SMALLEST, Math.min(wanted, Math.floor(fits * 2) / 2));
  }

  /** Text that fits at a size, with its middle left out where it is too long. */
  static String fitted(String text, double room, double size, boolean bold) {
    int most = Math.max(3, (int) (room / width(" ", size, bold) + 1e-9));
    if (text.length() <= most) {
      return text;
    }
    int head = most / 2;
    return text.substring(0, head) + "…" + text.substring(text.length() - (most - head - 1));
  }
}
