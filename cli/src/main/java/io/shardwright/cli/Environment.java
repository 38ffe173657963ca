package io.shardwright.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the environment variables of a process configure. An option on the command line takes
 * precedence over {@code SHARDWRIGHT_THREADS} and is added to the paths.
 *
 * @param variables by name
 */
record Environment(Map<String, String> variables) {
  static final String THREADS = "SHARDWRIGHT_THREADS";
  private static final String ADAPTER_PATH = "SHARDWRIGHT_ADAPTER_PATH";
  private static final String FAMILY_FILE = "SHARDWRIGHT_FAMILY_FILE";

  Environment {
    variables = Map.copyOf(variables);
  }

  Optional<String> threads() {
    return value(THREADS);
  }

  /** Jars and folders of jars, separated as the platform separates paths. */
  List<Path> adapterPath() {
    return paths(ADAPTER_PATH);
  }

  /** Family files, separated as the platform separates paths. */
  List<Path> familyFiles() {
    return paths(FAMILY_FILE);
  }

  /**
   * The user's folder of adapters, if it exists: {@code shardwright/adapters} in {@code
   * $XDG_CONFIG_HOME}, else in {@code ~/.config} (XDG Base Directory Specification 0.8).
   */
  Optional<Path> userAdapters() {
    Optional<Path> base =
        value("XDG_CONFIG_HOME")
            .map(Path::of)
            .filter(Path::isAbsolute)
            .or(() -> value("HOME").map(home -> Path.of(home, ".config")));
    return base.map(folder -> folder.resolve("shardwright").resolve("adapters"))
        .filter(Files::isDirectory);
  }

  private List<Path> paths(String name) {
    return value(name).stream()
        .flatMap(text -> Stream.of(text.split(File.pathSeparator)))
        .filter(part -> !part.isEmpty())
        .map(Path::of)
        .toList();
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(variables.get(name)).filter(text -> !text.isEmpty());
  }
}
