package io.shardwright.cli;

import io.shardwright.core.outline.ByteSize;
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
    return String.format(Locale.ROOT, "%,d", count);
  }

  /**
   * A size such as {@code 5GB}, in powers of ten as transformers counts; empty where it is none.
   */
  static Optional<Long> parse(String text) {
    var found =
        Pattern.compile("([1-9][0-9]{0,8})(|KB|MB|GB)").matcher(text.toUpperCase(Locale.ROOT));
    if (!found.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (found.group(2)) {
          case "KB" -> 1_000;
          case "MB" -> 1_000_000;
          case "GB" -> 1_000_000_000;
          default -> 1;
        };
    return Optional.of(Long.parseLong(found.group(1)) * unit);
  }
}
