package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.FamilyFile;
import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example's family in YAML and the shipped one in Java, which say the same of Qwen3-MoE. */
class Qwen3MoeFileTest {
  private static final Path FILE = Path.of("../examples/qwen3-moe/qwen3-moe.yaml");
  private static final String CONFIG = "model_config.yaml";

  @TempDir(factory = MemoryFolders.class)
  Path folder;

  private Path source;
  private int runs;

  @BeforeEach
  void make() {
    source = TinyExperts.write(TinyExperts.Kind.QWEN3_MOE, new Random(7), folder.resolve("hf"));
  }

  @Test
  void turnsAFolderIntoTheSameBytes() throws IOException {
    assertSame(source, r -> r.tensorModelParallelSize(3).expertModelParallelSize(2));
    assertSame(source, r -> r.pipelineModelParallelSize(2).layout(WeightLayout.DISTRIBUTED));
  }

  @Test
  void turnsItBackIntoTheSameFolder() throws IOException {
    Path ranks = run(Shardwright.create(), source, r -> r.expertModelParallelSize(2));
    assertSame(ranks, r -> r.format(TargetFormat.HUGGING_FACE));
    Path arrays = run(Shardwright.create(), source, r -> r.layout(WeightLayout.DISTRIBUTED));
    assertSame(arrays, r -> r.format(TargetFormat.HUGGING_FACE));
  }

  private void assertSame(Path from, UnaryOperator<ReshardRequestBuilder> options)
      throws IOException {
    var declared = Shardwright.builder().families(List.of(FamilyFile.read(FILE))).build();
    Path java = run(Shardwright.create(), from, options);
    Path yaml = run(declared, from, options);
    var expected = contents(java);
    var found = contents(yaml);
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, text) -> assertEquals(text, found.get(name), name));
  }

  private Path run(Shardwright with, Path from, UnaryOperator<ReshardRequestBuilder> options) {
    Path target = folder.resolve("target-" + runs++);
    var plan = with.plan(options.apply(ReshardRequest.builder(from, target)).sync(false).build());
    with.run(plan, ProgressListener.SILENT);
    return target;
  }

  /** Names and bytes; of a configuration its lines, since the files' keys have other orders. */
  private static Map<String, String> contents(Path target) throws IOException {
    var contents = new TreeMap<String, String>();
    try (var files = Files.walk(target)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        contents.put(
            target.relativize(file).toString(),
            file.endsWith(CONFIG)
                ? String.join(
                    "\n", new String(bytes, StandardCharsets.UTF_8).lines().sorted().toList())
                : new String(bytes, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }
}
