package io.shardwright.spark;

import io.shardwright.cli.CommandRequest;
import io.shardwright.core.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** What a run of one process writes: the SHA-256 of each file by its name below the target. */
final class OneProcess {
  private OneProcess() {}

  static TreeMap<String, String> run(Path source, Path target, List<String> options)
      throws IOException {
    var asked = CommandRequest.of(source.toString(), target.toString(), options);
    asked.shardwright().run(asked.request(), ProgressListener.SILENT);
    return contents(target);
  }

  static TreeMap<String, String> contents(Path target) throws IOException {
    var contents = new TreeMap<String, String>();
    try (var files = Files.walk(target)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(target.relativize(file).toString(), Sha256.of(file));
      }
    }
    return contents;
  }
}
