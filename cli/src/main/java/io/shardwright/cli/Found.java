package io.shardwright.cli;

import io.shardwright.Shardwright;
import io.shardwright.core.AdapterDescription;
import io.shardwright.core.FormatDescription;
import java.util.Iterator;

/** Names that a shell's completion offers; they are looked up only when it asks. */
final class Found {
  private Found() {}

  /** Ids of the formats that can be written. */
  static final class Formats implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Shardwright.create().formats().stream()
          .filter(FormatDescription::isWritten)
          .map(FormatDescription::id)
          .iterator();
    }
  }

  /** Ids of the families. */
  static final class Families implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Shardwright.create().adapters().stream().map(AdapterDescription::id).iterator();
    }
  }
}
