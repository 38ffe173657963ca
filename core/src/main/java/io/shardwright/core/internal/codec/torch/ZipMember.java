package io.shardwright.core.internal.codec.torch;

/**
 * An entry of a zip.
 *
 * @param method 0 stored, 8 deflated
 * @param crc as the directory states it
 * @param dataOffset first byte of its data
 */
record ZipMember(
    String name,
    int method,
    long crc,
    long compressedSize,
    long size,
    long headerOffset,
    long dataOffset) {
  ZipMember at(long offset) {
    return new ZipMember(name, method, crc, compressedSize, size, headerOffset, offset);
  }

  /** First byte after its data. */
  long end() {
    return Math.addExact(dataOffset, compressedSize);
  }
}
