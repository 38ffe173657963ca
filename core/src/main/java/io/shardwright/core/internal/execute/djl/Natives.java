package io.shardwright.core.internal.execute.djl;

import ai.djl.util.Utils;
import io.shardwright.spi.error.DeviceException;
import io.shardwright.spi.error.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Finds PyTorch's native library. It is looked for before DJL is asked to load it, since DJL would
 * download what it does not find.
 *
 * @param libraries a folder that the user names; empty where a jar holds the libraries
 * @param jars that hold libraries, besides those on the class path
 */
record Natives(Optional<Path> libraries, List<Path> jars) {
  private static final String PATH = "PYTORCH_LIBRARY_PATH";

  /** What every jar of natives holds; DJL goes by it too. */
  private static final String DESCRIPTION = "native/lib/pytorch.properties";

  /**
   * Looks where {@code PYTORCH_LIBRARY_PATH} says, else in jars of some folders and on the class
   * path.
   *
   * @throws DeviceException with the ways to get the library if there is none, or naming what is
   *     wrong with it
   */
  static Natives find(String device, List<Path> folders) {
    requireStatedVersion(device);
    String path = Utils.getEnvOrSystemProperty(PATH);
    if (path != null && !path.isBlank()) {
      return new Natives(Optional.of(libtorch(device, path)), List.of());
    }
    var jars = new ArrayList<Path>();
    folders.forEach(folder -> jars.addAll(jars(device, folder)));
    var natives = new Natives(Optional.empty(), List.copyOf(jars));
    natives.requireFitting(device, folders);
    return natives;
  }

  /** DJL takes the variable's word for it. */
  private static void requireStatedVersion(String device) {
    String stated = Utils.getEnvOrSystemProperty("PYTORCH_VERSION");
    if (stated != null && !stated.equals(TorchVersion.wanted())) {
      throw broken(device, unfit("what PYTORCH_VERSION names", stated));
    }
  }

  private static Path libtorch(String device, String path) {
    String name = System.mapLibraryName("torch");
    for (String each : path.split(File.pathSeparator)) {
      Path place = Path.of(each).toAbsolutePath();
      Path folder = place.endsWith(name) ? place.getParent() : place;
      if (Files.isRegularFile(folder.resolve(name))) {
        requireOwnFolder(device, folder);
        TorchVersion.of(folder)
            .filter(version -> !TorchVersion.fits(version))
            .ifPresent(
                version -> {
                  throw broken(device, unfit(folder.toString(), version));
                });
        return folder;
      }
    }
    throw new DeviceException(
        ErrorCode.NATIVE_MISSING,
        "device " + device,
        PATH
            + " is "
            + path
            + ", where there is no "
            + name
            + ": name the lib folder of a libtorch");
  }

  /** DJL loads every library in the folder. */
  private static void requireOwnFolder(String device, Path folder) {
    if (Files.exists(folder.resolve("libc.so.6"))) {
      throw broken(
          device, folder + " also contains the system's libraries: name libtorch's own folder");
    }
  }

  private static String unfit(String where, String version) {
    return where
        + " is PyTorch "
        + version
        + ", expected "
        + TorchVersion.wanted()
        + ": another version could crash the process";
  }

  static DeviceException broken(String device, String problem) {
    return new DeviceException(ErrorCode.NATIVE_BROKEN, "device " + device, problem);
  }

  private static List<Path> jars(String device, Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar") && holdsNatives(device, file))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw broken(device, folder + " can't be listed: " + failure.getMessage());
    }
  }

  private static boolean holdsNatives(String device, Path jar) {
    try (var zip = new ZipFile(jar.toFile())) {
      return zip.getEntry(DESCRIPTION) != null;
    } catch (ZipException truncated) {
      throw broken(device, jar + " is not a whole jar: get it again");
    } catch (IOException failure) {
      throw broken(device, jar + " can't be read: " + failure.getMessage());
    }
  }

  private void requireFitting(String device, List<Path> folders) {
    var others = new ArrayList<String>();
    for (Properties description : descriptions(device)) {
      String platform = description.getProperty("classifier", "");
      if (platform.equals(TorchVersion.platform())) {
        String version = description.getProperty("version", "");
        if (version.startsWith(TorchVersion.wanted())) {
          return;
        }
        throw broken(device, unfit("the native library that was found", version));
      }
      others.add(platform);
    }
    throw missing(device, folders, others);
  }

  private List<Properties> descriptions(String device) {
    try (URLClassLoader loader = loader()) {
      var found = new ArrayList<Properties>();
      for (URL url : Collections.list(loader.getResources(DESCRIPTION))) {
        try (InputStream stated = url.openStream()) {
          var properties = new Properties();
          properties.load(stated);
          found.add(properties);
        }
      }
      return found;
    } catch (IOException failure) {
      throw broken(device, failure.toString());
    }
  }

  /** Sees the jars, and DJL's own. */
  URLClassLoader loader() {
    try {
      var urls = new URL[jars.size()];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = jars.get(i).toUri().toURL();
      }
      return new URLClassLoader(urls, Natives.class.getClassLoader());
    } catch (IOException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  private static DeviceException missing(
      String device, List<Path> folders, List<String> otherPlatforms) {
    String found =
        otherPlatforms.isEmpty() ? "" : " (there is one for " + otherPlatforms.get(0) + ")";
    String folder = folders.isEmpty() ? "the class path" : folders.get(0).toString();
    return new DeviceException(
        ErrorCode.NATIVE_MISSING,
        "device " + device,
        String.format(
            "PyTorch's native library for %s was not found%s, and nothing is downloaded. Put Maven"
                + " Central's ai.djl.pytorch:pytorch-native-cpu:%s:%s in %s,%nbuild with 'mvn"
                + " -Pdjl-native package', or set PYTORCH_LIBRARY_PATH to the lib folder of a"
                + " libtorch %s (for cuda: its CUDA build).",
            TorchVersion.platform(),
            found,
            TorchVersion.wanted(),
            TorchVersion.platform(),
            folder,
            TorchVersion.wanted()));
  }
}
