package io.shardwright.core.internal.execute;

/**
 * The CRC-32 of two byte sequences in a row, from the CRC-32 of each.
 *
 * <p>A CRC is the remainder of a polynomial over GF(2) modulo P. Appending n bytes multiplies what
 * came before by x^(8n); the initial and final complements cancel out. Polynomials are
 * bit-reversed, as in RFC 1952: x^0 is the highest bit.
 */
public final class Crc32Combination {
  private static final int P = 0xedb88320;
  private static final int ONE = 0x80000000;

  /** x^(2^k), by repeated squaring; x^(2^32) is x again, since x^(2^32 - 1) is 1. */
  private static final int[] POWERS = powers();

  private Crc32Combination() {}

  /** The checksum of what {@code first} and {@code second} are of, in this order. */
  public static long of(long first, long second, long secondBytes) {
    int shifted = times(power(secondBytes), (int) first);
    return (shifted ^ second) & 0xffffffffL;
  }

  private static int[] powers() {
    int[] powers = new int[32];
    powers[0] = ONE >>> 1;
    for (int k = 1; k < powers.length; k++) {
      powers[k] = times(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  /** x^(8n) mod P. */
  private static int power(long bytes) {
    int product = ONE;
    int k = 3;
    for (long n = bytes; n != 0; n >>>= 1, k++) {
      if ((n & 1) != 0) {
        product = times(POWERS[k & 31], product);
      }
    }
    return product;
  }

  /** a·b mod P. */
  private static int times(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bits = a; bits != 0; bits <<= 1) {
      product ^= bits < 0 ? shifted : 0;
      shifted = (shifted >>> 1) ^ (-(shifted & 1) & P);
    }
    return product;
  }
}
