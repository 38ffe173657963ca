package io.shardwright.embedding;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A program that embeds Shardwright: what docs/embedding.md shows. */
public final class ExampleHost implements Function<List<Path>, List<String>> {
  @Override
  public List<String> apply(List<Path> paths) {
    try {
      return run(paths.get(0), paths.get(1));
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static List<String> run(Path source, Path target) throws Exception {
    var told = new ArrayList<String>();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      // begin: reshard
      Shardwright shardwright = Shardwright.create();
      try (var checkpoint = shardwright.open(source)) {
        told.add(checkpoint.summary().family().orElse("unknown"));
      }
      var request =
          ReshardRequest.builder(source, target)
              .tensorModelParallelSize(2)
              .run(RunOptions.DEFAULT.withThreads(3).withExecutor(threads))
              .build();
      ProgressListener listener =
          (phase, done, total) -> told.add(phase + " " + done * 100 / total);
      var report = shardwright.run(shardwright.plan(request), listener);
      // end: reshard
      told.add(report.verified() ? "verified" : "not verified");
      // begin: restore
      try (var model = Shardwright.restoreFrom(target)) {
        long heads = model.config().integer("num_attention_heads").orElseThrow();
        for (var tensor : model.tensors().values()) {
          tensor.read(block -> {}); // row-major, little-endian, merged from its shards
        }
        told.add(heads + " heads, " + model.tensors().size() + " tensors");
      }
      // end: restore
      return told;
    } finally {
      threads.shutdown();
    }
  }
}
