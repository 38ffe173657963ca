package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.SourceFiles;

/** Selects the arrays of a distributed checkpoint, with or without those of the optimizer. */
final class WantedArrays {
  private WantedArrays() {}

  static SourceFiles of(SourceFiles all, boolean optimizer) {
    var arrays =
        all.arrays().stream()
            .filter(array -> optimizer || !Companions.isCompanion(array.spec().name()))
            .toList();
    return new SourceFiles(all.ranks(), all.again(), false, arrays, all.arrayObjects());
  }
}
