package io.shardwright.cli;

import io.shardwright.core.outline.ByteSize;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as people read them. */
final class Sizes {
  private Sizes() {}

  /** Three digits and a binary unit. */
  static String bytes(double count) {
    return ByteSize.text(count);
  }

  /** Thousands grouped. */
  static String count(long count) {
    var digits = new StringBuilder().append(count);
    for (int at = digits.length() - 3; at > (count < 0 ? 1 : 0); at -= 3) {
      digits.insert(at, ',');
    }
    return digits.toString();
  }

  /** With so many digits after the point. */
  static String decimal(double number, int digits) {
    return BigDecimal.valueOf(number).setScale(digits, RoundingMode.HALF_UP).toPlainString();
  }

  /**
   * A size: {@code 5GB} in powers of ten as transformers counts, {@code 16MiB} in powers of 1024;
   * empty where it is none.
   */
  static Optional<Long> parse(String text) {
    var found =
        Pattern.compile("([1-9][0-9]{0,17})(|KB|MB|GB|TB|KIB|MIB|GIB|TIB)")
            .matcher(text.toUpperCase(Locale.ROOT));
    if (!found.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (found.group(2)) {
          case "KB" -> 1_000;
          case "MB" -> 1_000_000;
          case "GB" -> 1_000_000_000;
          case "TB" -> 1_000_000_000_000L;
          case "KIB" -> 1L << 10;
          case "MIB" -> 1L << 20;
          case "GIB" -> 1L << 30;
          case "TIB" -> 1L << 40;
          default -> 1;
        };
    long count = Long.parseLong(found.group(1));
    return count > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(count * unit);
  }
}
