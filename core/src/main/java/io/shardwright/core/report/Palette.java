package io.shardwright.core.report;

import io.shardwright.core.outline.Band.Part;
import java.util.List;
import java.util.Locale;

/**
 * Colours of tensor-parallel ranks that people with any kind of colour vision tell apart (Okabe and
 * Ito, "Color Universal Design", 2008), lighter for a key or an up matrix. They are shown beside
 * numbers, never alone.
 */
final class Palette {
  private static final List<Integer> RANKS =
      List.of(0x56B4E9, 0xE69F00, 0x009E73, 0xCC79A7, 0x0072B2, 0xD55E00, 0xF0E442, 0x999999);

  /** With more ranks the colours begin again. */
  static final int COLOURS = RANKS.size();

  private static final double DARK = 0.18;

  private Palette() {}

  static String rank(int rank) {
    return hex(base(rank));
  }

  private static int base(int rank) {
    return RANKS.get(rank % RANKS.size());
  }

  /** A part's colour within its rank's. */
  static String part(int rank, Part part) {
    return hex(mixed(rank, part));
  }

  /** A colour for letters on a part. */
  static String letters(int rank, Part part) {
    return luminance(mixed(rank, part)) < DARK ? "#ffffff" : "#111111";
  }

  private static int mixed(int rank, Part part) {
    return lighter(
        base(rank),
        switch (part) {
          case QUERY, GATE, PLAIN, PADDING -> 0;
          case KEY, UP -> 0.4;
          case VALUE -> 0.68;
        });
  }

  private static int lighter(int colour, double share) {
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int channel = colour >> shift & 0xFF;
      mixed |= (int) Math.round(channel + (255 - channel) * share) << shift;
    }
    return mixed;
  }

  /** Relative luminance by WCAG 2. */
  private static double luminance(int colour) {
    return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
  }

  private static double linear(int channel) {
    double value = (channel & 0xFF) / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }

  private static String hex(int colour) {
    return String.format(Locale.ROOT, "#%06x", colour);
  }
}
