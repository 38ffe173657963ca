package io.shardwright.core.internal.registry;

import io.shardwright.core.internal.bytes.Absence;
import io.shardwright.core.internal.bytes.ReadFailure;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A class loader over jars with adapters. */
public final class AdapterJars {
  private AdapterJars() {}

  /**
   * Sees jars, all jars of folders, and what another loader sees.
   *
   * @throws CheckpointIoException if one is missing, damaged or can't be read
   */
  public static ClassLoader over(List<Path> paths, ClassLoader parent) {
    var jars = paths.stream().flatMap(path -> jars(path).stream()).toList();
    jars.forEach(AdapterJars::requireWhole);
    var urls = jars.stream().map(AdapterJars::url).toArray(URL[]::new);
    return urls.length == 0 ? parent : new URLClassLoader(urls, parent);
  }

  private static List<Path> jars(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (var entries = Files.list(path)) {
      return entries.filter(entry -> entry.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException failure) {
      throw ReadFailure.of(path.toString(), "listed", failure);
    }
  }

  /** A class loader passes over a jar that it can't read, and checks no checksum. */
  private static void requireWhole(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new CheckpointIoException(
          ErrorCode.SOURCE_MISSING,
          jar.toString(),
          Files.exists(jar)
              ? "is not a regular file: check the path"
              : Absence.of(jar, "jar or folder"));
    }
    if (jar.getFileSystem() != FileSystems.getDefault()) {
      return;
    }
    try (var zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        requireWhole(zip, entry);
      }
    } catch (ZipException damaged) {
      throw new CheckpointIoException(
          ErrorCode.ZIP_MALFORMED,
          jar.toString(),
          "is not a jar, or is damaged: " + damaged.getMessage() + ": build or fetch it again");
    } catch (IOException failure) {
      throw ReadFailure.of(jar.toString(), "read", failure);
    }
  }

  private static void requireWhole(ZipFile zip, ZipEntry entry) throws IOException {
    var crc = new CRC32();
    try (InputStream bytes = new CheckedInputStream(zip.getInputStream(entry), crc)) {
      bytes.transferTo(OutputStream.nullOutputStream());
    }
    if (crc.getValue() != entry.getCrc()) {
      throw new ZipException("'" + entry.getName() + "' does not have its CRC-32");
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }
}
