package io.shardwright.core.internal.codec.zip;

/**
 * An entry of a zip.
 *
 * @param method 0 stored, 8 deflated
 * @param flags the general purpose bits
 * @param crc as the directory states it
 * @param dataOffset first byte of its data
 */
public record ZipMember(
    String name,
    int method,
    int flags,
    long crc,
    long compressedSize,
    long size,
    long headerOffset,
    long dataOffset) {
  private static final int DESCRIBED = 1 << 3;

  ZipMember at(long offset) {
    return new ZipMember(name, method, flags, crc, compressedSize, size, headerOffset, offset);
  }

  /** Whether it stands for a folder, as tools that pack folders add one for each. */
  public boolean isFolder() {
    return name.endsWith("/") && size == 0 && compressedSize == 0;
  }

  /** Its name; a folder's without the slash at its end. */
  String path() {
    return isFolder() ? name.substring(0, name.length() - 1) : name;
  }

  /** Whether a descriptor follows its data. */
  boolean described() {
    return (flags & DESCRIBED) != 0;
  }

  /** First byte after its data. */
  long end() {
    return dataOffset + compressedSize;
  }
}
