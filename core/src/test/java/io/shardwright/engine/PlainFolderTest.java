package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Folders that were written as safetensors are read again, whatever lies in them. */
class PlainFolderTest extends ModelFolders {
  @Test
  void readsWhatWasWrittenOfEveryFormat() throws IOException {
    for (Path source :
        List.of(
            Checkpoints.copy("vit-tp1.nemo", folder),
            Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder),
            TrainingFiles.vit(folder),
            TrainingFiles.gpt(folder),
            huggingFace("qwen2"))) {
      Path plain =
          convert(
              source, "of-" + source.getFileName(), order -> order.to(TargetFormat.SAFETENSORS));
      Attempt.verify(plain).assertDone();
      Attempt.open(plain).assertDone();
      Path again = Order.of(plain, Path.of(plain + "-2")).to(TargetFormat.SAFETENSORS).done();
      assertEquals(Checkpoints.found(plain), Checkpoints.found(again));
      Checkpoints.assertAlike(plain, again);
    }
  }

  /** What only lies beside the weights of a {@code .nemo} doesn't hide that they lack. */
  @Test
  void refusesAFolderWithoutItsWeights() throws IOException {
    Path model = folder.resolve("model");
    Order.of(Checkpoints.copy("vit-tp1.nemo", folder), model).done();
    Files.delete(model.resolve("model_weights.ckpt"));
    Attempt.verify(model).assertRefused(Kind.INPUT, "model_weights.ckpt");
  }
}
