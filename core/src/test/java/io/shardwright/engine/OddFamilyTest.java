package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.shardwright.FamilyFile;
import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Families that keep to the grammar and mean nonsense. */
@Tag("sampled")
class OddFamilyTest extends ModelFolders {
  private static final int FAMILIES = 60 * Integer.getInteger("shardwright.density", 1);
  private static final Path LLAMA = Path.of("../core/src/test/resources/families/llama.yaml");
  private static final List<String> ADDITIONS =
      List.of(
          "part: [0, 0, 1]",
          "part: [5, 1, -1]",
          "part: [1, -9, 9]",
          "part: [0, 3, 1]",
          "stored: [[0]]",
          "stored: [[1], [0]]",
          "stored: [[2, 0], [1]]",
          "stored: [[], [0, 1]]",
          "stride: 3",
          "stride: 64",
          "cut_between: no_such_key",
          "cut_between: hidden_size",
          "factors: {0: [rest, 2]}",
          "factors: {1: [num_attention_heads, rest]}",
          "factors: {3: [rest]}",
          "factors: {0: [7]}",
          "factors: {0: [slots, no_such_key]}",
          "grouped_qkv: true",
          "on: every",
          "on: last",
          "optional: true",
          "rank_ordered: true",
          "inverse_frequencies: true",
          "less: 2",
          "of: decoder.layers.*.other");

  @Test
  void isRefusedOrPlannedAndNeverCrashes() throws IOException {
    String text = Files.readString(LLAMA);
    var sources =
        List.of(
            Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder),
            Checkpoints.copy("llama-gqa-tp1.nemo", folder),
            Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder),
            llama("tiny-llama-gqa"));
    int planned = 0;
    int read = 0;
    for (long seed = 0; seed < FAMILIES; seed++) {
      var random = new Random(seed);
      String odd = odd(text, random);
      try {
        plan(odd, sources.get(random.nextInt(sources.size())), random);
        planned++;
      } catch (CheckpointException refused) {
        read += refused.code() == ErrorCode.FAMILY_FILE_MALFORMED ? 0 : 1;
      } catch (RuntimeException crash) {
        fail("seed " + seed, crash);
      }
    }
    assertTrue(planned > FAMILIES / 10 && read > FAMILIES / 20, planned + ", " + read);
  }

  /** Adds something to a row or two, or makes another kind of them. */
  private static String odd(String text, Random random) {
    var lines = new ArrayList<>(text.lines().toList());
    for (int change = 0; change <= random.nextInt(2); change++) {
      int at = random.nextInt(lines.size());
      while (!lines.get(at).matches("      - (column|row|replicated): .*")) {
        at = (at + 1) % lines.size();
      }
      if (random.nextInt(3) == 0) {
        String kind = List.of("column", "row", "replicated").get(random.nextInt(3));
        lines.set(at, lines.get(at).replaceFirst("- \\w+:", "- " + kind + ":"));
      } else {
        String addition = ADDITIONS.get(random.nextInt(ADDITIONS.size()));
        replace(lines, at, addition);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  /** Puts a key into a row, in place of the one of that name. */
  private static void replace(List<String> lines, int row, String addition) {
    String key = "        " + addition.substring(0, addition.indexOf(':') + 1);
    int end = row + 1;
    while (end < lines.size() && lines.get(end).startsWith("        ")) {
      if (lines.get(end).startsWith(key)) {
        lines.remove(end);
      } else {
        end++;
      }
    }
    lines.add(row + 1, "        " + addition);
  }

  private void plan(String family, Path source, Random random) throws IOException {
    Path file = Files.writeString(folder.resolve("odd.yaml"), family);
    var shardwright = Shardwright.builder().families(List.of(FamilyFile.read(file))).build();
    shardwright.validateFamily(file, source);
    try (var open = shardwright.open(source)) {
      open.summary();
      open.outline();
    }
    var request =
        ReshardRequest.builder(source, folder.resolve("none"))
            .vocabSize(250)
            .tensorModelParallelSize(1 + random.nextInt(2))
            .pipelineModelParallelSize(1 + random.nextInt(2));
    switch (random.nextInt(3)) {
      case 0 -> request.format(TargetFormat.HUGGING_FACE);
      case 1 -> request.naming(random.nextBoolean() ? Naming.MCORE : Naming.LEGACY);
      default -> request.replicateUnmatched(true);
    }
    var plan = shardwright.plan(request.overwrite(true).sync(false).build());
    plan.outline();
    if (random.nextInt(4) == 0) {
      shardwright.run(plan, ProgressListener.SILENT);
    }
  }
}
