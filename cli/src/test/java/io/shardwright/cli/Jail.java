package io.shardwright.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Processes with a home, a cache, a temporary and a working folder of their own. */
final class Jail {
  final Path home;
  final Path temporary;
  final Path work;
  private final Map<String, String> environment = new LinkedHashMap<>();

  /** With the user's folder for caches somewhere. */
  Jail(Path folder, Path cache) throws IOException {
    home = Files.createDirectories(folder.resolve("home"));
    temporary = Files.createDirectories(folder.resolve("temporary"));
    work = Files.createDirectories(folder.resolve("work"));
    environment.put("HOME", home.toString());
    environment.put("XDG_CACHE_HOME", cache.toString());
  }

  Jail with(String variable, Object value) {
    environment.put(variable, value.toString());
    return this;
  }

  /** Runs a jar. */
  Run jar(Path jar, Object... args) throws IOException, InterruptedException {
    return java(List.of("-jar", jar.toString()), args);
  }

  /** Runs the virtual machine. */
  Run java(List<String> options, Object... args) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(String.join(File.separator, System.getProperty("java.home"), "bin", "java"));
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Duser.home=" + home);
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(options);
    Stream.of(args).map(Object::toString).forEach(command::add);
    Path err = Files.createTempFile("jail", ".err");
    var builder = new ProcessBuilder(command).directory(work.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(Jail::foreign);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    String messages = Files.readString(err);
    Files.delete(err);
    return new Run(code, out, messages);
  }

  private static boolean foreign(String variable) {
    return variable.startsWith("PYTORCH")
        || variable.startsWith("DJL")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }

  /** What lies in the home, the temporary and the working folder: also the report of a crash. */
  List<Path> left() {
    var left = new ArrayList<Path>();
    for (Path folder : List.of(home, temporary, work)) {
      try (var files = Files.list(folder)) {
        left.addAll(files.toList());
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
    return left;
  }
}
