package io.shardwright.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that the README shows. */
class ReadmeExampleTest {
  @TempDir Path folder;

  @Test
  void reshardsAndReads() throws IOException {
    Path model = folder.resolve("model.nemo");
    Path out = folder.resolve("out.nemo");
    try (var nemo = getClass().getResourceAsStream("/nemo/gpt-5b-like-tp1.nemo")) {
      Files.copy(nemo, model);
    }
    List<ByteBuffer> weights = new ArrayList<>();
    // begin: readme
    var shardwright = Shardwright.create();
    var request = ReshardRequest.builder(model, out).tensorModelParallelSize(4).build();
    ReshardPlan plan = shardwright.plan(request); // reads headers only
    Report report = shardwright.run(plan, ProgressListener.SILENT);
    try (var restored = Shardwright.restoreFrom(out)) { // what restore_from() is to Python
      weights.add(restored.tensor("decoder.final_layernorm.weight").bytes());
    }
    // end: readme
    assertTrue(report.verified());
    assertEquals(64 * Float.BYTES, weights.get(0).remaining());
  }
}
