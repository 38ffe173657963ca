package io.shardwright.bench;

import io.shardwright.bench.measure.Stopwatch;
import io.shardwright.bench.measure.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What every case needs.
 *
 * @param project the repository
 * @param size of the real inputs, about
 * @param pairs measured per figure
 * @param log told what goes on
 */
record Bench(Path project, Workplace place, long size, int pairs, Consumer<String> log) {
  Stopwatch stopwatch() {
    return new Stopwatch(
        project.resolve("bench/src/main/python/stopwatch.py"), place.folder().resolve("stopwatch"));
  }

  /** The program as users start it. */
  List<String> tool(List<String> arguments) {
    var command = new ArrayList<>(List.of(project.resolve("shardwright").toString()));
    command.addAll(arguments);
    return command;
  }

  /** A JVM with the launcher's memory and this program's classes. */
  List<String> java(List<String> arguments) {
    var command = new ArrayList<>(List.of("java", "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(arguments);
    return command;
  }

  /** A place for an output. */
  Path output(String name) {
    return place.folder().resolve("out").resolve(name);
  }

  /** An input of the usual size. */
  Path input(Input input) {
    return input(input, size);
  }

  /** An input, made where it is missing, in memory as far as there is room. */
  Path input(Input input, long bytes) {
    Path target = path(input, bytes);
    if (!Files.exists(target)) {
      log.accept("making " + target.getFileName());
      make(input, bytes, target);
    }
    if (!input.sparse()) {
      Workplace.warm(target);
    }
    return target;
  }

  private Path path(Input input, long bytes) {
    return place.folder().resolve("inputs").resolve(input.fileName(bytes));
  }

  /** Bytes of large inputs that are still to be made. */
  long missing(List<Input> inputs) {
    return inputs.stream()
        .filter(each -> !Files.exists(path(each, size)))
        .mapToLong(each -> each.bytes(size))
        .sum();
  }

  private void make(Input input, long bytes, Path target) {
    Path unfinished = target.resolveSibling("unfinished");
    Workplace.delete(unfinished);
    try {
      Files.createDirectories(target.getParent());
      input.write(unfinished, bytes);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
