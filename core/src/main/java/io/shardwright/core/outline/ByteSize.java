package io.shardwright.core.outline;

import java.math.BigDecimal;
import java.math.RoundingMode;

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
    int digits = unit == 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    var rounded = BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    return rounded.toPlainString() + " " + UNITS[unit];
  }
}
