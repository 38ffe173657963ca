package io.shardwright.core.internal.execute.djl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * The PyTorch version for which DJL's native code was built, and the platforms on which it runs.
 */
final class TorchVersion {
  private static final Pattern NUMBER = Pattern.compile("\\d+\\.\\d+\\.\\d+");

  private TorchVersion() {}

  /** As the engine's jar states it, for example {@code 2.7.1}. */
  static String wanted() {
    try (InputStream stated =
        TorchVersion.class.getResourceAsStream("/pytorch-engine.properties")) {
      var properties = new Properties();
      properties.load(stated);
      return properties.getProperty("pytorch_version");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Whether a version has the binary interface that is needed: the same but for the last number.
   */
  static boolean fits(String version) {
    String wanted = wanted();
    return version.startsWith(wanted.substring(0, wanted.lastIndexOf('.') + 1));
  }

  /**
   * What a libtorch says of itself: {@code build-version} in PyTorch's own archives, {@code
   * version.py} in its wheels, both beside the folder of libraries.
   */
  static Optional<String> of(Path libraries) {
    for (String name : new String[] {"../build-version", "../version.py"}) {
      Path file = libraries.resolve(name);
      if (Files.isRegularFile(file)) {
        var number = NUMBER.matcher(text(file));
        return number.find() ? Optional.of(number.group()) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      return "";
    }
  }

  /** This machine as the natives' jars spell it, for example {@code linux-x86_64}. */
  static String platform() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String system = name.startsWith("win") ? "win" : name.startsWith("mac") ? "osx" : "linux";
    String processor = System.getProperty("os.arch");
    return system + "-" + ("amd64".equals(processor) ? "x86_64" : processor);
  }
}
