package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Folders that {@code convert --to safetensors} wrote are read again, whatever lies in them. */
class PlainFolderTest extends HuggingFaceFolders {
  @Test
  void readsWhatWasWrittenOfEveryFormat() throws IOException {
    for (Path source :
        List.of(
            Run.vit(folder),
            Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder),
            TrainingFiles.vit(folder),
            TrainingFiles.gpt(folder),
            huggingFace("qwen2"))) {
      Path plain = convert(source, "of-" + source.getFileName(), "--to", "safetensors");
      Run verify = Run.of("verify", plain);
      assertEquals(0, verify.code(), verify.err());
      Run inspect = Run.of("inspect", plain);
      assertEquals(0, inspect.code(), inspect.err());
      Run again = Run.of("convert", plain, plain + "-2", "--to", "safetensors", "--no-sync");
      assertEquals(0, again.code(), again.err());
      assertEquals(Checkpoints.found(plain), Checkpoints.found(Path.of(plain + "-2")));
      Run diff = Run.of("diff", plain, plain + "-2");
      assertEquals(0, diff.code(), diff.out() + diff.err());
    }
  }

  /** What only lies beside the weights of a {@code .nemo} doesn't hide that they lack. */
  @Test
  void refusesAFolderWithoutItsWeights() throws IOException {
    Path model = folder.resolve("model");
    Run.reshard(Run.vit(folder), model);
    Files.delete(model.resolve("model_weights.ckpt"));
    Run run = Run.of("verify", model);
    assertEquals(3, run.code(), run.out());
    assertTrue(run.err().contains("model_weights.ckpt"), run.err());
  }
}
