package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merged models in the eyes of PyTorch and peft. */
class LoraProcessTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "mixtral"})
  @Tag("interop")
  void mergesAsPeftDoesAndPytorchGetsTheSameLogits(String name) throws Exception {
    String base = "../core/src/test/resources/community/" + name;
    String adapter = "../core/src/test/resources/peft/" + name;
    Path nemo = folder.resolve("merged.nemo");
    Path merged = folder.resolve("merged");
    run(JarProcessTest.jar("convert", base, nemo, "--lora", adapter, "--tp", "2", "--pp", "2"));
    run(JarProcessTest.jar("convert", nemo, merged));
    run(
        List.of(
            "python3",
            "src/test/python/interop.py",
            "check_lora.py",
            base,
            adapter,
            merged.toString()));
  }

  private static void run(List<String> command) throws Exception {
    Run run = JarProcessTest.start(command);
    assertEquals(0, run.code(), run.out());
  }
}
