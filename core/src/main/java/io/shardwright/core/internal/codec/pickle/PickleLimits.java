package io.shardwright.core.internal.codec.pickle;

/**
 * What a pickle may cost.
 *
 * @param bytes of the whole pickle ({@code --max-pickle-bytes})
 * @param operations ({@code --max-pickle-ops})
 * @param memo cells ({@code --max-pickle-memo})
 * @param depth of nesting ({@code --max-pickle-depth})
 * @param textBytes of one string or bytes ({@code --max-string-bytes})
 * @param integerBytes of one integer ({@code --max-int-bytes})
 */
public record PickleLimits(
    long bytes, long operations, long memo, int depth, int textBytes, int integerBytes) {

  /** A million tensors need about 200 MB. */
  public static PickleLimits defaults() {
    return new PickleLimits(256L << 20, 200_000_000, 16_000_000, 1_000, 64 << 20, 1_024);
  }
}
