package io.shardwright.core.outline;

import java.util.Locale;

/** Formats sizes in bytes for people. */
public final class ByteSize {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private ByteSize() {}

  /**
   * Formats a size with three digits and a binary unit.
   *
   * @param count the size in bytes
   * @return for example {@code 1.50 GiB}
   */
  public static String text(double count) {
    int unit = 0;
    double value = count;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String digits = unit == 0 || value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, digits + " %s", value, UNITS[unit]);
  }
}
