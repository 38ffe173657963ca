package io.shardwright.remote;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which bytes an answer has of an object: RFC 9110, 14.4.
 *
 * @param start the first of them; -1 where it has none
 * @param total bytes of the object
 */
record ContentRange(long start, long total) {
  private static final Pattern FORM = Pattern.compile("bytes (?:(\\d{1,18})-\\d+|\\*)/(\\d{1,18})");

  /** Empty for null and for what is no range of bytes. */
  static Optional<ContentRange> of(String header) {
    Matcher range = FORM.matcher(header == null ? "" : header);
    if (!range.matches()) {
      return Optional.empty();
    }
    long start = range.group(1) == null ? -1 : Long.parseLong(range.group(1));
    return Optional.of(new ContentRange(start, Long.parseLong(range.group(2))));
  }
}
