package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mixtral on grids with experts, by the command line. */
class MixtralGridTest extends HuggingFaceFolders {
  private static final String LAYER = "model.decoder.layers.0.mlp.experts.local_experts.";
  private Path model;

  @BeforeEach
  void convert() throws IOException {
    model = convert(huggingFace("mixtral"), "mixtral.nemo", "--layout", "ranks");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--tp 2 --ep 2",
        "--tp 2 --ep 4 --etp 1",
        "--pp 2 --ep 2",
        "--tp 2 --pp 4 --ep 4 --etp 2",
        "--tp 2 --ep 2 --layout distributed",
        "--ep 2 --etp 2 --layout distributed"
      })
  void comesBackFromAnyGrid(String grid) throws IOException {
    Path cut = folder.resolve("cut.nemo");
    Path back = folder.resolve("back.nemo");
    Run.reshard(model, cut, (Object[]) grid.split(" "));
    Run.reshard(cut, back, "--tp", 1, "--pp", 1, "--ep", 1, "--etp", 1, "--layout", "ranks");
    assertEquals(Checkpoints.found(model), Checkpoints.found(back));
    var after = new ArrayList<>(configOf(back));
    after.removeIf(line -> line.startsWith("expert_"));
    assertEquals(configOf(model), after);
  }

  @Test
  void becomesAHuggingFaceFolderFromAnyGrid() {
    Path cut = folder.resolve("cut.nemo");
    Run.reshard(model, cut, "--tp", 2, "--ep", 2);
    Path back = convert(cut, "again");
    Run same = Run.of("diff", model, back);
    assertEquals(0, same.code(), same.out());
    Run odd = Run.of("convert", cut, folder.resolve("none"), "--to", "huggingface", "--ep", 2);
    assertEquals(6, odd.code(), odd.err());
  }

  @Test
  void givesEachRankItsBlockOfExpertsCutByTensorRanks() {
    Path cut = folder.resolve("cut.nemo");
    Run.reshard(model, cut, "--tp", 2, "--ep", 2);
    Run run = Run.of("inspect", cut, "--json", "--tensors");
    var whole = Run.of("inspect", model, "--json", "--tensors").out();
    assertTrue(whole.contains(LAYER + "3.linear_fc1.weight"), whole);
    assertTrue(run.out().contains("\"expert_model_parallel_size\" : 2"), run.out());
    assertTrue(run.out().contains("mp_rank_01_001/model_weights.ckpt"), run.out());
    assertTrue(run.out().contains(LAYER + "1.linear_fc1.weight"), run.out());
    assertFalse(run.out().contains(LAYER + "2.linear_fc1.weight"), run.out());
  }

  @Test
  void refusesASizeThatDoesNotDivideTheExpertsNamingThoseThatDo() {
    Run run = Run.of("plan", model, folder.resolve("none.nemo"), "--ep", 3);
    assertEquals(6, run.code(), run.err());
    assertTrue(
        run.err().contains("num_moe_experts=4 is not divisible by expert_model_parallel_size=3"),
        run.err());
    assertTrue(run.err().contains("Choose 1, 2 or 4."), run.err());
  }

  @Test
  void refusesExpertsOfAModelWithoutAny() throws IOException {
    Path dense = convert(huggingFace("llama"), "llama.nemo", "--layout", "ranks");
    Run run = Run.of("plan", dense, folder.resolve("none.nemo"), "--ep", 2);
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("needs experts"), run.err());
  }

  @Test
  void namesTheRankFileThatIsMissing() throws IOException {
    Path cut = folder.resolve("cut");
    Run.reshard(model, cut, "--tp", 2, "--ep", 2);
    Files.delete(cut.resolve("mp_rank_01_001/model_weights.ckpt"));
    Run run = Run.of("verify", cut);
    assertEquals(3, run.code(), run.err());
    for (String part : List.of("lacks mp_rank_01_001/model_weights.ckpt", "TP 2, PP 1, EP 2")) {
      assertTrue(run.err().contains(part), run.err());
    }
  }
}
