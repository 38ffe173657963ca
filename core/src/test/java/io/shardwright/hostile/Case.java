package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One file or folder, and what must happen to it.
 *
 * @param content writes it and gives the path to open
 * @param codes with any of which it must be refused; empty where any code will do
 * @param sums of the tensors that must be found, each under {@code name dtype shape}; null where it
 *     must be refused; empty where it may be either, but safely
 */
record Case(String name, Content content, Set<ErrorCode> codes, Map<String, String> sums) {
  private static final List<String> HEAVY =
      List.of(
          "ten million empty lists",
          "a list with 2^60 leaves",
          "an archive that unpacks to 300 MB",
          "three million nodes",
          "a word of 8 MB",
          "four million numbers",
          "3 GiB out of one value",
          "calls os.system",
          "BINBYTES8 of 2^40 bytes");

  private static final Map<String, String> EITHER = Map.of();

  /** Writes a case's file. */
  interface Content {
    Path write(Path folder) throws IOException;
  }

  static Content file(String name, byte[] bytes) {
    return folder -> Files.write(folder.resolve(name), bytes);
  }

  /** Must be refused, with one of these codes if there are any. */
  static Case refused(String name, Content content, ErrorCode... codes) {
    return new Case(name, content, Set.of(codes), null);
  }

  static Case refused(String name, byte[] bytes, ErrorCode... codes) {
    return refused(name, file("case.bin", bytes), codes);
  }

  /** May be refused or not, as long as nothing else happens. */
  static Case either(String name, Content content) {
    return new Case(name, content, Set.of(), EITHER);
  }

  static Case either(String name, byte[] bytes) {
    return either(name, file("case.bin", bytes));
  }

  /** Must be read as these tensors: {@code "name F32 [2]"} and bytes. */
  static Case accepted(String name, Content content, Map<String, byte[]> tensors) {
    var sums = new TreeMap<String, String>();
    tensors.forEach((what, bytes) -> sums.put(what, Outcome.sha256(bytes)));
    return new Case(name, content, Set.of(), sums);
  }

  static Case accepted(String name, byte[] bytes, Map<String, byte[]> tensors) {
    return accepted(name, file("case.bin", bytes), tensors);
  }

  boolean mustBeRefused() {
    return sums == null;
  }

  boolean mayBeEither() {
    return sums == EITHER;
  }

  /** Whether it is left to processes. */
  boolean isHeavy() {
    return HEAVY.contains(name);
  }
}
