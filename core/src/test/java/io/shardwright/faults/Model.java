package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** A small checkpoint and what can be made of it. */
record Model(String resource, Kind kind) {
  private static final Shardwright SHARDWRIGHT = Shardwright.create();

  /** Kinds of targets. */
  enum Kind {
    ARCHIVE("out.nemo"),
    FOLDER("out"),
    ARRAYS("out"),
    HUGGING_FACE("out");

    private final String target;

    Kind(String target) {
      this.target = target;
    }
  }

  static Model of(Kind kind) {
    return switch (kind) {
      case ARCHIVE, FOLDER -> new Model("/nemo/vit-tp1.nemo", kind);
      case ARRAYS, HUGGING_FACE -> new Model("/nemo/llama-gqa-tp1.nemo", kind);
    };
  }

  /** A copy of the source in a folder of its own. */
  Path source(Path folder) throws IOException {
    Path file = Files.createDirectories(folder.resolve("source")).resolve("model.nemo");
    if (!Files.exists(file)) {
      try (InputStream bundled = Model.class.getResourceAsStream(resource)) {
        Files.copy(bundled, file);
      }
    }
    return file;
  }

  Path target(Path folder) {
    return folder.resolve(kind.target);
  }

  /** Forces to disk what costs nothing to force. */
  ReshardRequestBuilder request(Path source, Path target) {
    var request =
        ReshardRequest.builder(source, target)
            .run(RunOptions.DEFAULT.withThreads(1))
            .sync(target.getFileSystem() != FileSystems.getDefault());
    return switch (kind) {
      case ARCHIVE, FOLDER -> request.tensorModelParallelSize(2);
      case ARRAYS -> request.tensorModelParallelSize(2).layout(WeightLayout.DISTRIBUTED);
      case HUGGING_FACE -> request.format(TargetFormat.HUGGING_FACE);
    };
  }

  static ReshardRequestBuilder resuming(ReshardRequestBuilder request) {
    return request.run(RunOptions.DEFAULT.withThreads(2).withResume(true));
  }

  static Report run(ReshardRequestBuilder request) {
    return run(request, ProgressListener.SILENT);
  }

  static Report run(ReshardRequestBuilder request, ProgressListener listener) {
    return SHARDWRIGHT.run(request.build(), listener);
  }

  /** What an undisturbed run makes of it. */
  TreeMap<String, String> expected(Path folder) throws IOException {
    Path calm = Files.createDirectories(folder.resolve("calm"));
    run(request(source(folder), target(calm)).overwrite(true));
    return contents(target(calm));
  }

  /** Every file below a path with its bytes; nothing where there is nothing. */
  static TreeMap<String, String> contents(Path path) throws IOException {
    var contents = new TreeMap<String, String>();
    if (!Files.exists(path)) {
      return contents;
    }
    try (var all = Files.walk(path)) {
      for (Path each : all.filter(Files::isRegularFile).toList()) {
        String bytes = java.util.Arrays.hashCode(Files.readAllBytes(each)) + " " + Files.size(each);
        contents.put(path.relativize(each).toString(), bytes);
      }
    }
    return contents;
  }

  /** A folder has these entries and no others, hidden ones included. */
  static void assertHolds(Path folder, String when, String... names) throws IOException {
    try (var entries = Files.list(folder)) {
      assertEquals(
          List.of(names), entries.map(e -> e.getFileName().toString()).sorted().toList(), when);
    }
  }
}
