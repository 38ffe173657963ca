package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.FamilyFile;
import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.TargetFormat;
import io.shardwright.engine.Checkpoints;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Families that a file declares. */
class FamilyFileTest extends HuggingFaceFolders {
  private static final Path LLAMA = Path.of("../core/src/test/resources/families/llama.yaml");

  private final Shardwright shipped = Shardwright.create();
  private final Shardwright declared =
      Shardwright.builder().families(List.of(FamilyFile.read(LLAMA))).build();
  private int runs;

  @Test
  void llamaInAFileGivesWhatTheAdapterGivesByteForByte() throws IOException {
    Path arrays = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path ranks = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    Path legacy = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    assertSame(arrays, r -> grid(r, 2, 2).layout(WeightLayout.RANKS));
    assertSame(ranks, r -> grid(r, 1, 1).layout(WeightLayout.DISTRIBUTED).vocabSize(250));
    assertSame(legacy, r -> grid(r, 2, 2));
    assertSame(legacy, r -> grid(r, 2, 1).naming(Naming.MCORE));
    assertSame(Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder), r -> grid(r, 1, 2));
    assertSame(ranks, r -> r.format(TargetFormat.HUGGING_FACE).vocabSize(250));
    assertSame(llama("tiny-llama-gqa"), r -> grid(r, 2, 2));
    assertSame(llama("tiny-llama-mha-bf16"), r -> r.naming(Naming.LEGACY));
  }

  private static ReshardRequestBuilder grid(ReshardRequestBuilder request, int tensor, int pipe) {
    return request.tensorModelParallelSize(tensor).pipelineModelParallelSize(pipe);
  }

  private void assertSame(Path source, UnaryOperator<ReshardRequestBuilder> options)
      throws IOException {
    try (var one = shipped.open(source);
        var other = declared.open(source)) {
      assertEquals(one.summary(), other.summary());
      assertEquals("llama", other.summary().family().orElseThrow());
    }
    Path ours = folder.resolve("shipped-" + runs);
    Path theirs = folder.resolve("declared-" + runs++);
    assertEquals(run(shipped, source, ours, options), run(declared, source, theirs, options));
    var expected = contents(ours);
    var found = contents(theirs);
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, bytes) -> assertArrayEquals(bytes, found.get(name), name));
  }

  /** The plan's text. */
  private static String run(
      Shardwright with, Path source, Path target, UnaryOperator<ReshardRequestBuilder> options) {
    var request = options.apply(ReshardRequest.builder(source, target)).sync(false).build();
    var plan = with.plan(request);
    with.run(plan, ProgressListener.SILENT);
    return plan.toString();
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    var contents = new TreeMap<String, byte[]>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  @Test
  void refusesTheIdOfAShippedFamilyNamingBothOrigins() throws IOException {
    Path source = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Run run = Run.of("inspect", source, "--family-file", LLAMA);
    assertEquals(3, run.code());
    assertTrue(run.err().startsWith("error: SW-501 " + LLAMA + ": "), run.err());
    assertTrue(run.err().contains("adapters-llama"), run.err());
  }

  @Test
  void refusesACheckpointThatTwoFamiliesClaimUntilOneIsChosen() throws IOException {
    Path renamed = renamed();
    for (Path source :
        List.of(Checkpoints.copy("llama-gqa-tp1.nemo", folder), llama("tiny-llama-gqa"))) {
      Run run = Run.of("inspect", source, "--family-file", renamed);
      assertEquals(3, run.code(), run.out());
      assertTrue(run.err().startsWith("error: SW-202 "), run.err());
      assertTrue(run.err().contains(renamed.toString()), run.err());
      assertTrue(run.err().contains("adapters-llama"), run.err());
      for (String family : List.of("llama", "my-llama")) {
        for (Object[] command :
            new Object[][] {{"inspect", source}, {"verify", source}, {"diff", source, source}}) {
          Run chosen = Run.of(with(command, "--family-file", renamed, "--family", family));
          assertEquals(0, chosen.code(), chosen.err());
        }
        Run chosen = Run.of("inspect", source, "--family-file", renamed, "--family", family);
        assertTrue(chosen.out().contains("family      " + family), chosen.out());
        convert(
            source, family + source.getFileName(), "--family-file", renamed, "--family", family);
      }
    }
  }

  private static Object[] with(Object[] command, Object... options) {
    var all = new java.util.ArrayList<Object>(List.of(command));
    all.addAll(List.of(options));
    return all.toArray();
  }

  private Path renamed() throws IOException {
    String text = Files.readString(LLAMA).replace("family: llama", "family: my-llama");
    return Files.writeString(folder.resolve("my-llama.yaml"), text);
  }

  /** Nothing but its classes tells what is its own. */
  @Test
  void aFamilyThatDescribesNothingIsNotPassedOverSilently() throws IOException {
    String text = Files.readString(renamed());
    String bare = text.replaceAll("(?s)describes:.*?namings:", "namings:");
    Path file = Files.writeString(folder.resolve("bare.yaml"), bare);
    Path source = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Run run = Run.of("inspect", source, "--family-file", file);
    assertEquals(3, run.code(), run.out());
    assertTrue(run.err().contains("SW-202") && run.err().contains("'my-llama'"), run.err());
  }

  @Test
  void listsTheFamilyWithItsFile() throws IOException {
    Path renamed = renamed();
    Run run = Run.of("adapters", "--family-file", renamed);
    assertTrue(run.out().contains("my-llama (" + renamed + ")"), run.out());
  }

  @Test
  void refusesABrokenFileAUnknownFamilyAndAMissingFile() throws IOException {
    Path source = Run.vit(folder);
    Path broken = Files.writeString(folder.resolve("broken.yaml"), "family: x\nrestore: [a.B]\n");
    Run run = Run.of("inspect", source, "--family-file", broken);
    assertEquals(3, run.code());
    assertTrue(run.err().contains("SW-209 " + broken + ":1:1: a family lacks"), run.err());
    assertTrue(run.err().contains(broken + ":2:1: a family has no key 'restore'"), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    Run missing = Run.of("inspect", source, "--family-file", folder.resolve("none.yaml"));
    assertTrue(missing.err().startsWith("error: SW-101 "), missing.err());
    Run unknown = Run.of("inspect", source, "--family", "none");
    assertTrue(unknown.err().startsWith("error: SW-201 --family none"), unknown.err());
    Run noJar = Run.of("inspect", source, "--adapter-path", folder.resolve("none.jar"));
    assertTrue(noJar.err().startsWith("error: SW-101 "), noJar.err());
  }

  /** A table that is wrong is its author's fault, not a bug of ours. */
  @Test
  void refusesRowsThatOverlapOrLeaveAPartOut() throws IOException {
    String text = Files.readString(LLAMA).replace("family: llama", "family: mine");
    assertTrue(text.contains("part: [1, -1, 0]"));
    Path mine =
        Files.writeString(folder.resolve("mine.yaml"), text.replace("[1, -1, 0]", "[1, -2, -1]"));
    Object[] with = {"--family-file", mine, "--family", "mine"};
    Path huggingFace = llama("tiny-llama-gqa");
    Run in = Run.of(with(new Object[] {"convert", huggingFace, folder.resolve("in.nemo")}, with));
    assertEquals(3, in.code(), in.err());
    assertTrue(in.err().contains("SW-207 adapter 'mine': two rows are of the same part"), in.err());
    Path nemo = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    Object[] out = {
      "convert", nemo, folder.resolve("out"), "--to", "huggingface", "--vocab-size", 250
    };
    Run refused = Run.of(with(out, with));
    assertEquals(6, refused.code(), refused.err());
    assertTrue(refused.err().contains("in the target's naming omit a part"), refused.err());
  }
}
