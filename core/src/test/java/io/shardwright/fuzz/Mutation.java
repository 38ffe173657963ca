package io.shardwright.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One to three small changes to an input, the same for the same seed. */
final class Mutation {
  private static final int[] EDGES = {0, 1, 0x7f, 0x80, 0xff};

  private final Random random;
  private final List<byte[]> others;

  /**
   * Begins a row of changes.
   *
   * @param others inputs that pieces are taken from
   */
  Mutation(long seed, List<byte[]> others) {
    this.random = new Random(seed);
    this.others = others;
  }

  /** A changed copy. */
  byte[] of(byte[] input) {
    byte[] changed = input;
    for (int i = random.nextInt(3); i >= 0; i--) {
      changed = once(changed);
    }
    return changed;
  }

  private byte[] once(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = Math.min(input.length, from + 1 + random.nextInt(8));
    return switch (random.nextInt(5)) {
      case 0 -> spliced(input, from, from, piece(8));
      case 1 -> spliced(input, from, to, new byte[0]);
      case 2 -> spliced(input, from, to, edge(to - from));
      case 3 -> spliced(input, from, Math.min(input.length, from + 64), piece(64));
      default -> flipped(input, from);
    };
  }

  private static byte[] spliced(byte[] input, int from, int to, byte[] piece) {
    byte[] changed = Arrays.copyOf(input, input.length - (to - from) + piece.length);
    System.arraycopy(piece, 0, changed, from, piece.length);
    System.arraycopy(input, to, changed, from + piece.length, input.length - to);
    return changed;
  }

  private byte[] piece(int longest) {
    byte[] other = others.get(random.nextInt(others.size()));
    int from = random.nextInt(other.length + 1);
    return Arrays.copyOfRange(
        other, from, Math.min(other.length, from + 1 + random.nextInt(longest)));
  }

  private byte[] edge(int length) {
    byte[] edge = new byte[length];
    Arrays.fill(edge, (byte) EDGES[random.nextInt(EDGES.length)]);
    return edge;
  }

  private byte[] flipped(byte[] input, int at) {
    byte[] changed = input.clone();
    if (at < changed.length) {
      changed[at] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }
}
