package io.shardwright.core.internal.registry;

import io.shardwright.spi.format.DirectoryFormat;

/**
 * A format and where it came from.
 *
 * @param origin the jar or folder, or {@code unknown}
 */
public record FoundFormat(DirectoryFormat format, String origin) {
  /** A format that comes from the jar of its class. */
  static FoundFormat of(DirectoryFormat format) {
    return new FoundFormat(format, FoundAdapter.originOf(format));
  }

  /** The format's name. */
  public String id() {
    return format.id();
  }
}
