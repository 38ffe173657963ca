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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages of different sizes: written, read, kept, and refused with what is legal. */
class UnevenPipelineTest {
  private static final String WHOLE = "gpt-5b-like-tp1.nemo";

  @TempDir Path folder;

  private Path source() throws IOException {
    Path source = folder.resolve(WHOLE);
    return Files.exists(source) ? source : Checkpoints.copy(WHOLE, folder);
  }

  /** Of each stage, as inspect shows them. */
  private static String layers(Path checkpoint) {
    return Run.of("inspect", checkpoint)
        .out()
        .lines()
        .filter(line -> line.startsWith("layers"))
        .findFirst()
        .orElseThrow()
        .replaceFirst("layers +", "")
        .replaceAll(" +", " ");
  }

  @ParameterizedTest
  @CsvSource({
    "3, --pp-first 2, '0-1 2 3'",
    "2, --pp-last 1, '0-2 3'",
    "4, --pp-layout E|t*3|t|L, 'none 0-2 3 none'",
    "2, --pp-layout Et*3|tL --dtype bf16 --allow-lossy, '0-2 3'",
  })
  void stagesHoldWhatWasAskedForAndTheWayBackIsTheIdentity(int stages, String options, String shown)
      throws IOException {
    Path cut = folder.resolve("cut");
    Path back = folder.resolve("back");
    Path direct = folder.resolve("direct");
    var all = new ArrayList<Object>(List.of("--tp", 2, "--pp", stages));
    all.addAll(List.of(options.split(" ")));
    Run.reshard(source(), cut, all.toArray());
    assertEquals(shown, layers(cut));
    Run.reshard(cut, back, "--tp", 1, "--pp", 1);
    boolean cast = options.contains("bf16");
    Run.reshard(
        source(), direct, cast ? new Object[] {"--dtype", "bf16", "--allow-lossy"} : new Object[0]);
    assertEquals(Checkpoints.found(direct), Checkpoints.found(back));
    assertFalse(config(back).contains("_pipeline_stage: 2"), config(back));
  }

  private static String config(Path checkpoint) throws IOException {
    return Files.readString(checkpoint.resolve("model_config.yaml"));
  }

  @Test
  void stagesStayAsTheyAreWhileTheirNumberStays() throws IOException {
    Path cut = folder.resolve("cut");
    Path other = folder.resolve("other");
    Path even = folder.resolve("even");
    Run.reshard(source(), cut, "--pp", 2, "--pp-first", 3);
    Run.reshard(cut, other, "--tp", 4);
    assertTrue(config(other).contains("num_layers_in_first_pipeline_stage: 3"), config(other));
    String diff = Run.of("diff", source(), cut).out();
    assertTrue(diff.contains("layout    num_layers_in_first_pipeline_stage: absent"), diff);
    assertEquals("0-2 3", layers(other));
    Run.reshard(other, even, "--tp", 1, "--pp", 4);
    assertTrue(config(even).contains("num_layers_in_first_pipeline_stage: null"), config(even));
  }

  @Test
  void countsTheEmbeddingAndTheLossAsTheSourceDoes() throws IOException {
    Path three = folder.resolve("three");
    Run.reshard(source(), three, "--pp", 3, "--pp-layout", "Et|tt|tL");
    Path file = three.resolve("model_config.yaml");
    Files.writeString(
        file,
        config(three)
            .replaceAll("(?m)^pipeline_model_parallel_layout.*\n", "")
            .concat(
                "account_for_embedding_in_pipeline_split: true\n"
                    + "account_for_loss_in_pipeline_split: true\n"));
    assertEquals("0 1-2 3", layers(three));
    Path two = folder.resolve("two");
    Run.reshard(three, two, "--pp", 2);
    assertEquals("0-1 2-3", layers(two));
    Path four = folder.resolve("four");
    Run.reshard(three, four, "--pp", 4);
    assertTrue(config(four).contains("account_for_loss_in_pipeline_split: false"), config(four));
    Path back = folder.resolve("back");
    Run.reshard(four, back, "--pp", 1);
    assertEquals(Checkpoints.expected(WHOLE), Checkpoints.found(back));
  }

  @Test
  void readsALayoutThatAConfigurationListsInWords() throws IOException {
    Path cut = folder.resolve("cut");
    Run.reshard(source(), cut, "--pp", 2, "--pp-layout", "Et|t*3L");
    Files.writeString(
        cut.resolve("model_config.yaml"),
        config(cut)
            .replace(
                "pipeline_model_parallel_layout: Et|t*3L",
                "pipeline_model_parallel_layout:\n- [embedding, decoder]\n"
                    + "- [decoder, decoder, decoder, loss]"));
    Path back = folder.resolve("back");
    Run.reshard(cut, back, "--pp", 1);
    assertEquals(Checkpoints.expected(WHOLE), Checkpoints.found(back));
  }

  @Test
  void refusesFilesWhoseStagesAreNotAsTheConfigurationSays() throws IOException {
    Path cut = folder.resolve("cut");
    Run.reshard(source(), cut, "--pp", 2, "--pp-first", 3);
    Path file = cut.resolve("model_config.yaml");
    Files.writeString(
        file, config(cut).replace("_first_pipeline_stage: 3", "_first_pipeline_stage: 1"));
    Run run = Run.of("reshard", cut, folder.resolve("out"), "--pp", 1);
    assertEquals(3, run.code(), run.err());
    assertTrue(
        run.err()
            .contains(
                "its 2 pipeline stages hold [3, 1] layers: num_layers is 4,"
                    + " num_layers_in_first_pipeline_stage is 1"),
        run.err());
    Files.writeString(
        file, config(cut).replace("_first_pipeline_stage: 1", "_first_pipeline_stage: 0"));
    assertEquals(3, Run.of("reshard", cut, folder.resolve("out"), "--pp", 1).code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Et|tt", "3", "{a: b}", "[[embedding, encoder], [loss]]", "[a, b]"})
  void refusesALayoutThatIsNone(String layout) throws IOException {
    Path cut = folder.resolve("cut");
    Run.reshard(source(), cut, "--pp", 2, "--pp-layout", "Et|t*3L");
    Files.writeString(
        cut.resolve("model_config.yaml"),
        config(cut).replace("parallel_layout: Et|t*3L", "parallel_layout: " + layout));
    Run run = Run.of("reshard", cut, folder.resolve("out"), "--pp", 1);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("pipeline_model_parallel_layout"), run.err());
  }

  @ParameterizedTest
  @CsvSource({
    "6, --pp 2 --pp-first 9, 'Choose --pp-first 1, 2 or 3.'",
    "6, --pp 3 --pp-first 1 --pp-last 3, 'Choose --pp-last 1 or 2'",
    "6, --pp 3 --pp-last 3, 'Choose --pp-last 2, or pipeline_model_parallel_size 2'",
    "6, --pp 2 --pp-layout Et|t*4L, 'has 2 parts and 5 layers, expected 2 parts and 4'",
    "6, --pp 2 --pp-layout Ett|ttmL, 'has 1 of m, expected 0'",
    "6, --pp 1 --pp-first 2, 'pipeline_model_parallel_size'",
    "6, --pp 2 --pp-first 3 --layout distributed --vp 2, 'not divisible by virtual'",
    "2, --pp 2 --pp-layout Etx, is unknown",
    "2, --pp 2 --pp-layout tE|L, 'expected E in the first part'",
    "2, --pp 2 --pp-layout EtL --pp-first 2, 'leave them out'",
    "2, --pp 2 --pp-first 0, '--pp-first is 0'",
  })
  void refusesWhatMegatronCoreWouldNamingWhatIsLegal(int code, String options, String said)
      throws IOException {
    var all = new ArrayList<Object>(List.of("reshard", source(), folder.resolve("out")));
    all.addAll(List.of(options.split(" ")));
    Run run = Run.of(all.toArray());
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().contains(said), run.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }
}
