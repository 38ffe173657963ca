package io.shardwright.spi.format;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of Megatron-Core; its patches read and write alike.
 *
 * @param major before the dot
 * @param minor behind it
 */
public record CoreVersion(int major, int minor) implements Comparable<CoreVersion> {
  /** The newest whose form of checkpoints is known. */
  public static final CoreVersion NEWEST = new CoreVersion(0, 19);

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})(?:\\..*)?");

  /**
   * Reads a version.
   *
   * @param text such as {@code 0.19} or {@code 0.16.1}
   * @return empty where it is none
   */
  public static Optional<CoreVersion> of(String text) {
    Matcher version = TEXT.matcher(text);
    return version.matches()
        ? Optional.of(
            new CoreVersion(Integer.parseInt(version.group(1)), Integer.parseInt(version.group(2))))
        : Optional.empty();
  }

  /**
   * Tells whether it is a version or a later one.
   *
   * @param number its minor part, with the major part 0
   * @return true if it is not older
   */
  public boolean since(int number) {
    return compareTo(new CoreVersion(0, number)) >= 0;
  }

  @Override
  public int compareTo(CoreVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
