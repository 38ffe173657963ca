package io.shardwright.core;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A class loader over jars with adapters. */
final class AdapterJars {
  private AdapterJars() {}

  /** Sees jars, all jars of folders, and what another loader sees. */
  static ClassLoader over(List<Path> paths, ClassLoader parent) {
    var urls = paths.stream().flatMap(path -> jars(path).stream()).map(AdapterJars::url).toList();
    return urls.isEmpty() ? parent : new URLClassLoader(urls.toArray(URL[]::new), parent);
  }

  private static List<Path> jars(Path path) {
    if (!Files.exists(path)) {
      throw new CheckpointIoException(
          ErrorCode.SOURCE_MISSING, path.toString(), "no such jar or folder: check the path");
    }
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (var entries = Files.list(path)) {
      return entries.filter(entry -> entry.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException failure) {
      throw new IllegalArgumentException("can't list " + path, failure);
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
