package io.shardwright.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Jazzer calls. */
public final class Fuzzer {
  private static Target target;
  private static Path folder;

  private Fuzzer() {}

  /**
   * Called once.
   *
   * @param args the target's word
   */
  public static void fuzzerInitialize(String[] args) throws IOException {
    folder = Files.createTempDirectory("fuzz");
    target = Target.of(args[0]);
  }

  /** Called with every input. */
  public static void fuzzerTestOneInput(byte[] input) {
    target.fuzz(input, folder);
  }
}
