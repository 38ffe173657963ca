package io.shardwright.core.internal.family;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Suggests the word that was perhaps meant by an unknown one. */
public final class Words {
  /** Of longer words the rest is not looked at. */
  private static final int LONGEST = 200;

  private Words() {}

  /** For a message: the legal words, and the nearest where one is near. */
  static String expected(String word, Collection<String> legal) {
    String expected = (legal.size() == 1 ? "" : "one of ") + String.join(", ", legal);
    return nearest(word, legal)
        .map(near -> "did you mean '" + near + "'? Expected " + expected)
        .orElse("expected " + expected);
  }

  /** The legal word that is at most a third of its letters away. */
  static Optional<String> nearest(String word, Collection<String> legal) {
    return legal.stream()
        .filter(known -> distance(word, known) * 3 <= Math.max(word.length(), known.length()))
        .min(Comparator.comparing(known -> distance(word, known)));
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

  static String listed(List<String> words) {
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }
}
