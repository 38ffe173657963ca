package io.shardwright.core.internal.bytes;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word that an unknown one was perhaps meant to be. */
public final class Spelling {
  /** Of longer words the rest is not looked at. */
  private static final int LONGEST = 200;

  private Spelling() {}

  /** The known word that is at most a third of its letters away. */
  public static Optional<String> nearest(String word, Collection<String> known) {
    return known.stream()
        .filter(each -> distance(word, each) * 3 <= Math.max(word.length(), each.length()))
        .min(Comparator.comparing(each -> distance(word, each)));
  }

  /** Letters to insert, remove, replace or exchange with their neighbour (F. Damerau 1964). */
  public static int distance(String one, String other) {
    return between(
        one.substring(0, Math.min(LONGEST, one.length())),
        other.substring(0, Math.min(LONGEST, other.length())));
  }

  private static int between(String one, String other) {
    int[][] all = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        all[i][j] = i == 0 || j == 0 ? i + j : cheapest(all, one, other, i, j);
      }
    }
    return all[one.length()][other.length()];
  }

  private static int cheapest(int[][] all, String one, String other, int i, int j) {
    boolean same = one.charAt(i - 1) == other.charAt(j - 1);
    int best = Math.min(all[i - 1][j], all[i][j - 1]) + 1;
    best = Math.min(best, all[i - 1][j - 1] + (same ? 0 : 1));
    boolean exchanged =
        i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1);
    return exchanged ? Math.min(best, all[i - 2][j - 2] + 1) : best;
  }
}
