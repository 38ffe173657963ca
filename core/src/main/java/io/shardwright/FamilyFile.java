package io.shardwright;

import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.ModelFamilyAdapter;
import java.nio.file.Path;

/** Reads model families that YAML files declare; {@code docs/family-file.md} has the grammar. */
public final class FamilyFile {
  private FamilyFile() {}

  /**
   * Reads a family from a file, under the standard limits.
   *
   * @param file a YAML file
   * @return an adapter as if it had been loaded from a jar
   * @throws io.shardwright.spi.error.CheckpointException if the file can't be read or breaks the
   *     grammar; the message lists every error with its line
   */
  public static ModelFamilyAdapter read(Path file) {
    return FamilyGrammar.read(file, Guard.standard()).family();
  }
}
