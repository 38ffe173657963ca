package io.shardwright.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What of the sources was measured. */
final class Revision {
  private Revision() {}

  static String of(Path project) throws IOException {
    String commit = git(project, "rev-parse", "--short=12", "HEAD");
    boolean changed = !git(project, "status", "--porcelain", "--untracked-files=no").isEmpty();
    return commit.isEmpty() ? "unknown" : commit + (changed ? " with changes" : "");
  }

  private static String git(Path project, String... words) throws IOException {
    var command = new ArrayList<>(List.of("git", "-C", project.toString()));
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
