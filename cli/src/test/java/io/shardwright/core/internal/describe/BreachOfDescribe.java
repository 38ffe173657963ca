package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.plan.VocabularySize;
import java.io.File;

/** Breaks the rules "steps" and "pure". */
final class BreachOfDescribe {
  VocabularySize plans(File file) {
    return file.exists() ? VocabularySize.UNKNOWN : null;
  }
}
