package io.shardwright.core.internal.execute.djl;

import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Refuses files whose loading would end the process. */
final class LibraryCheck {
  private LibraryCheck() {}

  /**
   * Checks what DJL is about to load.
   *
   * @throws io.shardwright.spi.error.DeviceException naming the file and what to do
   */
  static void require(String device, Natives natives) {
    if (!TorchVersion.platform().startsWith("linux")) {
      return;
    }
    natives.libraries().ifPresent(folder -> require(device, folder, "get it again"));
    for (Path unpacked : unpacked(device)) {
      require(device, unpacked, "delete its folder, and it is unpacked again");
    }
  }

  /** What DJL unpacked earlier stands in folders that begin with the version. */
  private static List<Path> unpacked(String device) {
    Path cache = Utils.getEngineCacheDir("pytorch");
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(cache)) {
      String version = TorchVersion.wanted();
      return folders.filter(f -> f.getFileName().toString().startsWith(version)).toList();
    } catch (IOException failure) {
      throw Natives.broken(device, failure.toString());
    }
  }

  private static void require(String device, Path folder, String advice) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(LibraryCheck::library).toList()) {
        if (!ElfFile.whole(file)) {
          throw Natives.broken(device, file + " is no whole 64-bit library: " + advice);
        }
      }
    } catch (IOException failure) {
      throw Natives.broken(device, failure.toString());
    }
  }

  private static boolean library(Path file) {
    return file.getFileName().toString().matches(".*\\.so(\\.\\d+)*") && Files.isRegularFile(file);
  }
}
