package io.shardwright.core.internal.plan;

import java.util.OptionalLong;

/**
 * The vocabulary size before padding, as far as it is known, and how the target pads it.
 *
 * @param given by the user
 * @param original in the file the tensors once came from
 * @param tokenizer tokens of the tokenizer; believed only if it pads to the stored rows
 * @param divisor of the target's rows for each rank; empty keeps the configuration's
 */
public record VocabularySize(
    OptionalLong given, OptionalLong original, OptionalLong tokenizer, OptionalLong divisor) {
  /** Nothing is known. */
  public static final VocabularySize UNKNOWN = of(OptionalLong.empty());

  /** What the user gave, if anything. */
  public static VocabularySize of(OptionalLong given) {
    var none = OptionalLong.empty();
    return new VocabularySize(given, none, none, none);
  }

  /** The user's word, else that of the file the tensors came from. */
  OptionalLong stated() {
    return given.isPresent() ? given : original;
  }
}
