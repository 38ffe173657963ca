package io.shardwright.core.internal.plan;

import java.util.OptionalLong;

/**
 * The vocabulary size before padding, as far as it is known.
 *
 * @param given by the user
 * @param original in the file the tensors once came from
 * @param tokenizer pieces of the tokenizer; believed only if it pads to the rows that are there
 */
public record VocabularySize(OptionalLong given, OptionalLong original, OptionalLong tokenizer) {
  /** Nothing is known. */
  public static final VocabularySize UNKNOWN =
      new VocabularySize(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  /** What the user gave, if anything. */
  public static VocabularySize of(OptionalLong given) {
    return new VocabularySize(given, OptionalLong.empty(), OptionalLong.empty());
  }

  /** The user's word, else that of the file the tensors came from. */
  OptionalLong stated() {
    return given.isPresent() ? given : original;
  }
}
