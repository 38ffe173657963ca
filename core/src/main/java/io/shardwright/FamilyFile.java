package io.shardwright;

import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;

/** A family that a YAML file declares. {@code docs/family-file.md} says how. */
public final class FamilyFile {
  private FamilyFile() {}

  /**
   * Reads a family.
   *
   * @param file in YAML
   * @return an adapter like any other
   * @throws io.shardwright.spi.error.CheckpointException if it can't be read, with the place of
   *     everything that is wrong
   */
  public static ModelFamilyAdapter read(Path file) {
    return FamilyGrammar.read(file, Guard.standard()).family();
  }
}
