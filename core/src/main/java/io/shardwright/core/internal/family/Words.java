package io.shardwright.core.internal.family;

import io.shardwright.core.internal.bytes.Spelling;
import java.util.Collection;
import java.util.List;

/** Suggests the word that was perhaps meant by an unknown one. */
final class Words {
  private Words() {}

  /** For a message: the legal words, and the nearest where one is near. */
  static String expected(String word, Collection<String> legal) {
    String expected = (legal.size() == 1 ? "" : "one of ") + String.join(", ", legal);
    return Spelling.nearest(word, legal)
        .map(near -> "did you mean '" + near + "'? Expected " + expected)
        .orElse("expected " + expected);
  }

  static String listed(List<String> words) {
    return words.isEmpty() ? "nothing" : String.join(", ", words);
  }
}
