package io.shardwright.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Sizes {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Sizes() {}

  /** Three digits and a binary unit. */
  static String bytes(double count) {
    int unit = 0;
    double value = count;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits = unit == 0 || value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, digits + " %s", value, UNITS[unit]);
  }

  /** Thousands grouped. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
