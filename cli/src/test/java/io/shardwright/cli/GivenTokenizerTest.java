package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tokenizer that the user gives is written, or refused where nothing could keep it. */
class GivenTokenizerTest extends HuggingFaceFolders {
  private static final String PIECES = "tokenizer.model";

  private Path given;

  @BeforeEach
  void makeTokenizer() throws IOException {
    given = TrainingFiles.resource(PIECES, folder.resolve("given.model"));
  }

  @Test
  void replacesTheArchivesOwnInAHuggingFaceFolder() throws IOException {
    Path source = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    Path out = folder.resolve("hf");
    assertDone(Run.of("convert", source, out, "--tokenizer-model", given, "--vocab-size", 256));
    assertArrayEquals(Files.readAllBytes(given), Files.readAllBytes(out.resolve(PIECES)));
  }

  @Test
  void leavesNoFileOfTheOldOneBehind() throws IOException {
    Path hf = copy("/nemo/hf/tiny-llama-gqa", "llama");
    Files.write(hf.resolve(PIECES), Files.readAllBytes(given));
    Files.writeString(given, "another tokenizer");
    Path nemo = folder.resolve("llama.nemo");
    assertDone(Run.of("convert", hf, nemo));
    Path kept = folder.resolve("kept");
    Path replaced = folder.resolve("replaced");
    assertDone(Run.of("convert", nemo, kept));
    assertDone(Run.of("convert", nemo, replaced, "--tokenizer-model", given));
    assertTrue(Files.exists(kept.resolve("special_tokens_map.json")));
    assertFalse(Files.exists(replaced.resolve("special_tokens_map.json")));
    assertFalse(Files.exists(replaced.resolve("tokenizer_config.json")));
    assertEquals("another tokenizer", Files.readString(replaced.resolve(PIECES)));
    assertEquals(-1, compare(kept, replaced, "generation_config.json"));
  }

  @Test
  void theSameAsTheArchivesChangesNothing() throws IOException {
    Path hf = copy("/nemo/hf/tiny-llama-gqa", "llama");
    Path nemo = folder.resolve("llama.nemo");
    assertDone(Run.of("convert", hf, nemo));
    Path kept = folder.resolve("kept");
    Path same = folder.resolve("same");
    assertDone(Run.of("convert", nemo, kept));
    assertDone(Run.of("convert", nemo, same, "--tokenizer-model", hf.resolve(PIECES)));
    for (String file : new String[] {PIECES, "tokenizer_config.json", "special_tokens_map.json"}) {
      assertEquals(-1, compare(kept, same, file), file);
    }
  }

  private static long compare(Path one, Path other, String file) throws IOException {
    return Files.mismatch(one.resolve(file), other.resolve(file));
  }

  @Test
  void aTrainingsGoesWithItToAHuggingFaceFolder() throws IOException {
    Path out = folder.resolve("hf");
    Path training = TrainingFiles.gpt(folder);
    assertDone(Run.of("convert", training, out, "--to", "huggingface", "--tokenizer-model", given));
    assertArrayEquals(Files.readAllBytes(given), Files.readAllBytes(out.resolve(PIECES)));
  }

  /** Runs of one letter: each is made of any two shorter ones. */
  @Test
  void isRefusedWhereItsMergesAreOverTheirLimit() throws IOException {
    var model = new StringBuilder();
    for (int times = 1; times <= 100; times++) {
      model.append('\n').append((char) (times + 2));
      model.append('\n').append((char) times).append("a".repeat(times));
    }
    Files.writeString(given, model.append("\u0012\u0002\u0018\u0002"));
    Path source = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    Path out = folder.resolve("hf");
    for (String command : List.of("plan", "convert")) {
      Run run = convert(command, source, out, "400KiB");
      assertEquals(5, run.code(), run.err());
      assertTrue(run.err().contains("given.model"), run.err());
      assertTrue(run.err().contains("--max-merge-bytes"), run.err());
    }
    try (var left = Files.list(folder)) {
      assertEquals(2, left.count());
    }
    assertDone(convert("convert", source, out, "410KiB"));
  }

  private Run convert(String command, Path source, Path out, String mergeBytes) {
    return Run.of(
        command,
        source,
        out,
        "--to",
        "huggingface",
        "--vocab-size",
        256,
        "--tokenizer-model",
        given,
        "--max-merge-bytes",
        mergeBytes);
  }

  @Test
  void isRefusedWhereNothingKeepsIt() throws IOException {
    Path llama = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    refused("convert", llama, "--to", "safetensors");
    refused("reshard", TrainingFiles.gpt(folder), "--tp", 2);
    refused("reshard", Run.vit(folder), "--tp", 2);
  }

  private void refused(String command, Path source, Object option, Object value) {
    Path out = folder.resolve("refused");
    Run run = Run.of(command, source, out, option, value, "--tokenizer-model", given);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("SW-113"), run.err());
    assertTrue(run.err().contains("leave --tokenizer-model out"), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void isRefusedWhereItIsNotThere() throws IOException {
    Path llama = Checkpoints.copy("llama-mha-legacy-tp1.nemo", folder);
    Files.delete(given);
    Path out = folder.resolve("hf");
    Run run = Run.of("convert", llama, out, "--tokenizer-model", given);
    assertEquals(3, run.code(), run.err());
    assertTrue(run.err().contains("given.model"), run.err());
    assertFalse(Files.exists(out));
  }

  private static void assertDone(Run run) {
    assertEquals(0, run.code(), run.err());
  }
}
