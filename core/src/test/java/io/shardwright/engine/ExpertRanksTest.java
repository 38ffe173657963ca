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
    cut(WeightLayout.RANKS);
  }

  private void cut(WeightLayout layout) {
    var request =
        ReshardRequest.builder(Path.of("src/test/resources/community/mixtral"), cut)
            .format(TargetFormat.NEMO)
            .layout(layout)
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

  /** The second rank's file names its last expert as one that it has not. */
  @Test
  void namesALostExpertByItsNumberInTheModel() throws IOException {
    Path file = cut.resolve("mp_rank_00_001/model_weights.ckpt");
    String zip = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    String name = "decoder.layers.1.mlp.experts.local_experts.1.linear_fc2.weight";
    byte[] renamed =
        zip.replace(name, name.replace("experts.1.", "experts.3."))
            .getBytes(StandardCharsets.ISO_8859_1);
    Archive.zeroCrcs(renamed);
    Files.write(file, renamed);
    var refused = refused();
    assertEquals(ErrorCode.RANKS_DISAGREE, refused.code());
    String said = "lacks 'model." + name + "' (layer 1, expert 3), which mp_rank_00_000";
    assertTrue(refused.getMessage().contains(said), refused.getMessage());
  }

  @Test
  void namesTheLayerAndTheExpertOfAMissingChunk() throws IOException {
    cut = folder.resolve("arrays");
    cut(WeightLayout.DISTRIBUTED);
    String key = "model.decoder.layers.mlp.experts.experts.linear_fc1.weight";
    Files.delete(cut.resolve("model_weights/" + key + "/1.2.1.0"));
    var refused = refused();
    assertEquals(ErrorCode.TENSOR_MISSING, refused.code());
    String said = "1.2.1.0, a part of '" + key + "' (layer 1, expert 2)";
    assertTrue(refused.getMessage().contains(said), refused.getMessage());
  }
}
