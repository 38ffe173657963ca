package com.example.hunyuan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that transformers saved, on the way that users go. */
class RoundTripTest {
  private static final Path MODEL = Path.of("src/test/resources/tiny-hunyuan");

  @TempDir Path folder;

  @Test
  void everyFileIsTheSameAfterTheWayThroughTwoRanks() throws IOException {
    Path nemo = folder.resolve("hunyuan.nemo");
    Path back = folder.resolve("back");
    convert(
        ReshardRequest.builder(MODEL, nemo).format(TargetFormat.NEMO).tensorModelParallelSize(2));
    convert(ReshardRequest.builder(nemo, back).format(TargetFormat.HUGGING_FACE));
    try (var files = Files.list(MODEL)) {
      for (Path file : files.toList()) {
        assertEquals(-1, Files.mismatch(file, back.resolve(file.getFileName())), file.toString());
      }
    }
  }

  private static void convert(ReshardRequestBuilder request) {
    assertTrue(Shardwright.create().run(request.build(), ProgressListener.SILENT).verified());
  }
}
