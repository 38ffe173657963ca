package io.shardwright.fuzz;

/**
 * The second half of every change to a file with lengths and checksums. A fuzzer that changes bytes
 * never guesses a checksum, so whatever stands behind one would go untried; therefore each target
 * sees an input twice, as it is and repaired.
 */
final class Repair {
  private Repair() {}

  /** A file that agrees with itself, told by its first bytes; others as they are. */
  static byte[] of(byte[] file) {
    if (ZipRepair.recognizes(file)) {
      return ZipRepair.of(file);
    }
    if (GzipRepair.recognizes(file)) {
      return GzipRepair.of(file);
    }
    if (SafetensorsRepair.recognizes(file)) {
      return SafetensorsRepair.of(file);
    }
    return TarRepair.recognizes(file) ? TarRepair.of(file) : file;
  }
}
