package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that changes nothing writes a copy and says so; one that changes something doesn't. */
class NothingToChangeTest {
  @TempDir Path folder;

  private void assertSaid(boolean said, Path source, UnaryOperator<Order> options) {
    Attempt run = options.apply(Order.of(source, folder.resolve("planned"))).planned();
    run.assertDone();
    assertEquals(said, run.said().contains("nothing to change"), run.said());
  }

  @Test
  void isSaidOfACopy() throws IOException {
    Path arrays = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path ranks = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    assertSaid(true, arrays, order -> order);
    assertSaid(
        true, arrays, order -> order.tp(1).layout(WeightLayout.DISTRIBUTED).naming(Naming.MCORE));
    assertSaid(true, arrays, order -> order.dtype(DType.FLOAT32).vocab(250));
    assertSaid(true, ranks, order -> order);
    assertSaid(true, ranks, order -> order.grid(2, 2).to(TargetFormat.NEMO));
    assertSaid(
        true,
        Checkpoints.copy("vit-tp1.nemo", folder),
        order -> order.with(parts -> parts.manifest(true)));
  }

  @Test
  void isNotSaidWhereSomethingChanges() throws IOException {
    Path arrays = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path ranks = Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder);
    assertSaid(false, arrays, order -> order.tp(2));
    assertSaid(false, arrays, order -> order.pp(2));
    assertSaid(false, arrays, order -> order.pp(2).vp(2));
    assertSaid(false, arrays, order -> order.layout(WeightLayout.RANKS));
    assertSaid(false, arrays, order -> order.dtype(DType.BFLOAT16).lossy());
    assertSaid(false, arrays, order -> order.to(TargetFormat.HUGGING_FACE));
    assertSaid(false, arrays, order -> order.to(TargetFormat.SAFETENSORS));
    assertSaid(false, ranks, order -> order.naming(Naming.MCORE));
    assertSaid(false, ranks, order -> order.pp(1));
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("tokenizer.model"));
    assertSaid(true, arrays, order -> order.tokenizer(tokenizer).vocab(250)); // its own
    Files.writeString(tokenizer, "another tokenizer");
    assertSaid(false, arrays, order -> order.tokenizer(tokenizer).vocab(250));
  }

  @Test
  void isSaidOfATrainingOnlyWhereItsOptimizerStays() throws IOException {
    Path training = TrainingFiles.vit(folder);
    assertSaid(true, training, order -> order);
    assertSaid(true, training, order -> order.tp(2));
    assertSaid(false, training, order -> order.tp(1));
    assertSaid(false, training, order -> order.withoutOptimizer());
    assertSaid(false, training, order -> order.to(TargetFormat.NEMO));
  }

  @Test
  void writesTheCopy() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    Path target = folder.resolve("out.nemo");
    Order.of(source, target).tried().assertDone("nothing to change: the target is a copy");
    assertEquals(Checkpoints.found(source), Checkpoints.found(target));
  }
}
