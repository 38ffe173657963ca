package io.shardwright.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Standard output. A reader that has gone has what it wanted: the rest is dropped. Whatever else
 * goes wrong is an error, which {@link java.io.PrintStream} would swallow.
 */
final class StandardOutput extends OutputStream {
  private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

  private final OutputStream to = new FileOutputStream(FileDescriptor.out);
  private boolean gone;

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    try {
      if (!gone) {
        to.write(bytes, offset, count);
      }
    } catch (IOException failure) {
      if (!gone(failure)) {
        throw failure;
      }
      gone = true;
    }
  }

  /** By the system's words, or, where these are in another language, by what the output is. */
  private static boolean gone(IOException failure) {
    String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return said.contains("pipe") || said.contains("connection reset") || pipe();
  }

  private static boolean pipe() {
    try {
      return Files.readSymbolicLink(DESCRIPTOR).toString().matches("(pipe|socket):.*");
    } catch (IOException | UnsupportedOperationException noSuchDescription) {
      return false;
    }
  }
}
