package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that changes nothing writes a copy and says so; one that changes something doesn't. */
class NothingToChangeTest {
  @TempDir Path folder;

  private void assertSaid(boolean said, Path source, Object... options) {
    var args = new ArrayList<Object>(List.of("plan", source, folder.resolve("planned")));
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    assertEquals(said, run.err().contains("nothing to change"), options.length + run.err());
  }

  @Test
  void isSaidOfACopy() throws IOException {
    Path arrays = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path ranks = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    assertSaid(true, arrays);
    assertSaid(true, arrays, "--tp", 1, "--layout", "distributed", "--naming", "mcore");
    assertSaid(true, arrays, "--dtype", "fp32", "--vocab-size", 250);
    assertSaid(true, ranks);
    assertSaid(true, ranks, "--tp", 2, "--pp", 2, "--to", "nemo");
    assertSaid(true, Run.vit(folder), "--manifest");
  }

  @Test
  void isNotSaidWhereSomethingChanges() throws IOException {
    Path arrays = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path ranks = Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder);
    assertSaid(false, arrays, "--tp", 2);
    assertSaid(false, arrays, "--pp", 2);
    assertSaid(false, arrays, "--pp", 2, "--vp", 2);
    assertSaid(false, arrays, "--layout", "ranks");
    assertSaid(false, arrays, "--dtype", "bf16", "--allow-lossy");
    assertSaid(false, arrays, "--to", "huggingface");
    assertSaid(false, arrays, "--to", "safetensors");
    assertSaid(false, ranks, "--naming", "mcore");
    assertSaid(false, ranks, "--pp", 1);
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("tokenizer.model"));
    assertSaid(true, arrays, "--tokenizer-model", tokenizer, "--vocab-size", 250); // its own
    Files.writeString(tokenizer, "another tokenizer");
    assertSaid(false, arrays, "--tokenizer-model", tokenizer, "--vocab-size", 250);
  }

  @Test
  void isSaidOfATrainingOnlyWhereItsOptimizerStays() throws IOException {
    Path training = TrainingFiles.vit(folder);
    assertSaid(true, training);
    assertSaid(true, training, "--tp", 2);
    assertSaid(false, training, "--tp", 1);
    assertSaid(false, training, "--no-optimizer");
    assertSaid(false, training, "--to", "nemo");
  }

  @Test
  void writesTheCopy() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    Path target = folder.resolve("out.nemo");
    Run run = Run.of("reshard", source, target, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("nothing to change: the target is a copy"), run.err());
    assertEquals(Checkpoints.found(source), Checkpoints.found(target));
  }
}
