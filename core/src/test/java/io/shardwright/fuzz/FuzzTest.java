package io.shardwright.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The fuzzers' inputs, and some thousand changes to them, without a fuzzer. */
class FuzzTest {
  static final Path PAGE = Path.of("../docs/fuzzing.md");
  private static final int CHANGES = 100;
  private static final int STRIDE = 7;
  private static Map<Target, List<byte[]>> seeds;

  @TempDir Path folder;

  @BeforeAll
  static void collect() {
    seeds = Corpus.seeds();
  }

  static Set<String> found() {
    return Corpus.found().keySet();
  }

  @ParameterizedTest
  @MethodSource("found")
  void survivesWhatWasFound(String file) {
    Target target = Target.of(file.substring(0, file.indexOf('/')));
    read(target, Corpus.found().get(file), file);
  }

  /** The seeds themselves are in the hostile corpus's own test. */
  @ParameterizedTest
  @EnumSource
  void survivesChangesToItsSeeds(Target target) throws IOException {
    List<byte[]> inputs = seeds.get(target);
    for (int seed = 0; seed < CHANGES; seed++) {
      byte[] input = inputs.get(seed * STRIDE % inputs.size());
      read(target, new Mutation(seed, inputs).of(input), "seed " + seed);
    }
    try (var left = Files.list(folder)) {
      assertTrue(
          left.allMatch(file -> file.toString().matches(".*(model.nemo|family.yaml)")),
          "files are left behind");
    }
  }

  /** A target that refuses everything at its door tries nothing. */
  @ParameterizedTest
  @EnumSource
  void readsSomeOfItsSeedsToTheEnd(Target target) {
    assertTrue(seeds.get(target).stream().anyMatch(input -> read(target, input, "a seed")));
  }

  @ParameterizedTest
  @EnumSource
  void hasARowInTheDocumentation(Target target) throws IOException {
    String start = "| `" + target.word() + "` | ";
    assertEquals(1, Files.readString(PAGE).lines().filter(l -> l.startsWith(start)).count());
  }

  private boolean read(Target target, byte[] input, String what) {
    try {
      return target.fuzz(input, folder);
    } catch (RuntimeException | Error failure) {
      String start = HexFormat.of().formatHex(Arrays.copyOf(input, Math.min(200, input.length)));
      throw new AssertionError(target.word() + ", " + what + ": " + start, failure);
    }
  }
}
