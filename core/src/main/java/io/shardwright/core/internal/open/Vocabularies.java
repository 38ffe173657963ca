package io.shardwright.core.internal.open;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.format.directory.Origin;
import io.shardwright.core.internal.plan.VocabularySize;
import java.util.OptionalLong;

/** What is known of an open checkpoint's true vocabulary size. */
public final class Vocabularies {
  private Vocabularies() {}

  /** What plans of it start from. */
  public static VocabularySize of(ModelSource source) {
    return new VocabularySize(OptionalLong.empty(), original(source), source.tokenizerSize());
  }

  /** The size in the file that the tensors come from, or once came from. */
  public static OptionalLong original(ModelSource source) {
    return source instanceof DirectoryCheckpoint folder
        ? folder.vocabularySize()
        : Origin.of(source).map(Origin::vocabularySize).orElseGet(OptionalLong::empty);
  }
}
