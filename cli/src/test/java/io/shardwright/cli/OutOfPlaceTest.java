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
import org.junit.jupiter.api.io.TempDir;

/** Options that a target has no place for are refused, never passed over. */
class OutOfPlaceTest {
  private static final String HUGGING_FACE = "a Hugging Face folder has no ranks";
  private static final String STORED = "every tensor unchanged";
  private static final String ELSEWHERE = "applies only to Hugging Face targets";

  @TempDir Path folder;
  private Path one;
  private Path four;
  private Path out;

  @BeforeEach
  void unpack() throws IOException {
    one = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    four = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    out = folder.resolve("out");
  }

  private Run convert(Path source, Object... options) {
    var args = new ArrayList<Object>(List.of("convert", source, out, "--no-sync"));
    args.addAll(List.of(options));
    return Run.of(args.toArray());
  }

  private void assertRefused(String named, String reason, Path source, Object... options) {
    Run run = convert(source, options);
    assertEquals(6, run.code(), List.of(options) + run.err());
    assertTrue(run.err().contains(named + ": "), run.err());
    assertTrue(run.err().contains(reason), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void sizesNamingAndLayoutOfAHuggingFaceFolder() {
    String format = "huggingface";
    String tp = "tensor_model_parallel_size";
    String pp = "pipeline_model_parallel_size";
    assertRefused(tp + "=4", HUGGING_FACE, one, "--to", format, "--tp", 4);
    assertRefused(tp + "=2", HUGGING_FACE, four, "--to", format, "--tensor-model-parallel-size=2");
    assertRefused(pp + "=2", HUGGING_FACE, one, "--to", format, "--pp", 2);
    assertRefused("virtual_" + pp + "=2", HUGGING_FACE, one, "--to", format, "--vp", 2);
    assertRefused("--pp-split-rank", HUGGING_FACE, one, "--to", format, "--pp-split-rank", 1);
    assertRefused("--naming", HUGGING_FACE, one, "--to", format, "--naming", "mcore");
    assertRefused("--naming", HUGGING_FACE, one, "--to", format, "--naming", "legacy");
    assertRefused("--layout", HUGGING_FACE, one, "--to", format, "--layout", "distributed");
    assertRefused("--layout", HUGGING_FACE, one, "--to", format, "--layout", "ranks");
  }

  @Test
  void whatWouldChangeTensorsThatAreWrittenAsStored() {
    String format = "safetensors";
    String tp = "tensor_model_parallel_size";
    String pp = "pipeline_model_parallel_size";
    assertRefused(tp + "=2", STORED, one, "--to", format, "--tp", 2);
    assertRefused(tp + "=1", STORED, four, "--to", format, "--tp", 1);
    assertRefused(pp + "=1", STORED, four, "--to", format, "--pp", 1);
    assertRefused("virtual_" + pp + "=2", STORED, one, "--to", format, "--vp", 2);
    assertRefused("--naming", STORED, one, "--to", format, "--naming", "legacy");
    assertRefused("--layout", STORED, one, "--to", format, "--layout", "ranks");
    assertRefused("--dtype", STORED, one, "--to", format, "--dtype", "bf16", "--allow-lossy");
    assertRefused("--untie", STORED, one, "--to", format, "--untie");
    assertRefused("--vocab-size", STORED, one, "--to", format, "--vocab-size", 250);
    assertRefused("--unmatched replicate", STORED, one, "--to", format, "--unmatched=replicate");
    assertRefused("--max-shard-size", STORED, one, "--to", format, "--max-shard-size", "1MB");
    assertRefused("--architecture", STORED, one, "--to", format, "--architecture", "Any");
  }

  @Test
  void whatOnlyAHuggingFaceFolderHas() {
    assertRefused("--max-shard-size", ELSEWHERE, one, "--to", "nemo", "--max-shard-size", "1MB");
    assertRefused("--architecture", ELSEWHERE, one, "--to=nemo", "--architecture=LlamaForCausalLM");
  }

  @Test
  void theStageOfADecoderThatTheModelHasNot() {
    Run run = convert(one, "--to", "nemo", "--pp", 2, "--pp-split-rank", 1);
    assertEquals(2, run.code(), run.err());
    assertTrue(run.err().contains("--pp-split-rank: a model of family 'llama'"), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void allAtOnceAndInAPlanToo() {
    Object[] options = {"--to", "huggingface", "--tp", 4, "--pp", 2, "--layout", "ranks"};
    var args = new ArrayList<Object>(List.of("plan", one, out));
    args.addAll(List.of(options));
    for (Run run : List.of(convert(one, options), Run.of(args.toArray()))) {
      assertEquals(6, run.code(), run.err());
      for (String option : List.of("tensor_model_parallel_size=4", "=2", "--layout")) {
        assertTrue(run.err().contains(option), run.err());
      }
    }
  }

  @Test
  void butNotWhatTheTargetHasAnyway() {
    assertEquals(0, convert(four, "--to", "huggingface", "--tp", 1, "--pp", 1).code());
    assertEquals(
        0, convert(four, "--to", "safetensors", "--tp", 2, "--pp", 2, "--overwrite").code());
  }
}
