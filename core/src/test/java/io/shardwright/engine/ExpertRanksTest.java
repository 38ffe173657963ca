package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mixtral's rank files over expert-parallel ranks, when they are not what they should be. */
class ExpertRanksTest {
  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  private final Shardwright shardwright = Shardwright.create();
  private Path cut;

  @BeforeEach
  void cut() {
    cut = folder.resolve("cut");
    var request =
        ReshardRequest.builder(Path.of("src/test/resources/community/mixtral"), cut)
            .format(TargetFormat.NEMO)
            .layout(WeightLayout.RANKS)
            .tensorModelParallelSize(2)
            .expertModelParallelSize(2)
            .sync(false)
            .build();
    shardwright.run(shardwright.plan(request), ProgressListener.SILENT);
  }

  private CheckpointException refused() {
    return assertThrows(
        CheckpointException.class,
        () -> shardwright.verify(cut, Set.of(), ProgressListener.SILENT));
  }

  private void configure(String key, String value) throws IOException {
    Path file = cut.resolve("model_config.yaml");
    String text = Files.readString(file);
    assertTrue(text.contains("\n" + key + ":"), key);
    Files.writeString(file, text.replaceAll("(?m)^" + key + ":.*$", key + ": " + value));
  }

  @Test
  void comparesWhatEveryRankOfExpertsHoldsAlike() throws IOException {
    Path file = cut.resolve("mp_rank_00_001/model_weights.ckpt");
    byte[] zip = Files.readAllBytes(file);
    byte[] name = "/data/0FB".getBytes(StandardCharsets.US_ASCII);
    int at = new String(zip, StandardCharsets.ISO_8859_1).indexOf("/data/0FB") + name.length;
    zip[at + 2 + (zip[at] & 0xff)] ^= 1;
    Archive.zeroCrcs(zip);
    Files.write(file, zip);
    assertEquals(ErrorCode.RANKS_DISAGREE, refused().code());
  }

  @Test
  void saysWhichFilesTheConfigurationsGridHas() throws IOException {
    configure("expert_model_parallel_size", "4");
    assertEquals(ErrorCode.RANK_MISSING, refused().code());
    configure("expert_model_parallel_size", "1");
    assertEquals(ErrorCode.PARALLEL_SIZE_MISMATCH, refused().code());
  }

  @Test
  void refusesASizeThatNoGridHas() throws IOException {
    configure("expert_model_parallel_size", "0");
    assertTrue(refused().getMessage().contains("expected 1 to 99999"), refused().getMessage());
  }
}
