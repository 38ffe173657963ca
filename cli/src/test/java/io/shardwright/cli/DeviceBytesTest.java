package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.PeftAdapters;
import io.shardwright.engine.TinyGpt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole checkpoints through PyTorch, here on the processor: the bytes that Java gives. */
@Tag("natives")
class DeviceBytesTest extends HuggingFaceFolders {
  @BeforeEach
  void needDevice() {
    Pytorch.require();
  }

  /** As a report names it. */
  String device() {
    return "cpu";
  }

  @Test
  void areTheSameForRandomModelsOnAnyGrid() throws IOException {
    for (long seed = 0; seed < 12; seed++) {
      var random = new Random(seed);
      var model = new TinyGpt(seed);
      Path source = model.write(folder.resolve("source" + seed));
      same(
          "reshard",
          source,
          "--tp",
          1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1),
          "--pp",
          1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1),
          "--layout",
          random.nextBoolean() ? "ranks" : "distributed",
          "--dtype",
          List.of("keep", "fp16", "bf16", "fp64").get(random.nextInt(4)),
          "--allow-lossy",
          "--vocab-size",
          model.vocabulary);
    }
  }

  @Test
  void areTheSameForTransposedMatricesShiftedNormsAndFusedHeads() throws IOException {
    for (String name : List.of("gpt2", "gemma", "falcon-7b-like", "vit")) {
      same("convert", huggingFace(name), "--to", "nemo", "--dtype", "bf16", "--allow-lossy");
    }
  }

  /** Sums may be rounded elsewhere; what no product is added to is the same. */
  @Test
  void ofALoraAreWithinItsTolerance() throws IOException {
    for (String name : List.of("llama", "gpt2", "mixtral")) {
      Object lora = Path.of("../core/src/test/resources/peft", name);
      Path base = huggingFace(name);
      Path expected = run("convert", base, "jvm", 1, "--to", "nemo", "--lora", lora, "--tp", 2);
      Path found = run("convert", base, device(), 2, "--to", "nemo", "--lora", lora, "--tp", 2);
      var sums = PeftAdapters.logical(expected);
      PeftAdapters.logical(found)
          .forEach((tensor, values) -> PeftAdapters.assertClose(sums.get(tensor), values, tensor));
      Files.delete(expected);
      Files.delete(found);
    }
  }

  private void same(String command, Path source, Object... options) throws IOException {
    var random = new Random(source.hashCode());
    Path expected = run(command, source, "jvm", 1, options);
    Path found = run(command, source, device(), 1 + random.nextInt(3), options);
    assertEquals(-1, Files.mismatch(expected, found), source + " " + List.of(options));
    Files.delete(expected);
    Files.delete(found);
  }

  private Path run(String command, Path source, String device, int threads, Object... options) {
    Path target = folder.resolve(device.replace(":", "") + ".nemo");
    var args = new ArrayList<Object>(List.of(command, source, target, "--no-sync", "--json"));
    args.addAll(List.of("--device", device, "--threads", threads));
    args.addAll(List.of(options));
    var run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("\"device\" : \"" + device + "\""), run.out());
    return target;
  }
}
