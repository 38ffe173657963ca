package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtractTest {
  @TempDir Path folder;
  private Path source;
  private Path out;

  @BeforeEach
  void copy() throws IOException {
    source = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    out = folder.resolve("out");
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(out)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void copiesConfigurationAndTokenizer() throws IOException {
    Run run = Run.of("extract", source, out);
    assertEquals(0, run.code(), run.err());
    assertEquals(2, names().size());
    assertEquals(2, run.out().lines().count());
    assertTrue(Files.readString(out.resolve("model_config.yaml")).contains("num_query_groups: 4"));
  }

  @Test
  void copiesWhatWasAskedForAlone() throws IOException {
    assertEquals(0, Run.of("extract", source, out, "--config").code());
    assertEquals(List.of("model_config.yaml"), names());
    assertEquals(0, Run.of("extract", source, out, "--artifacts", "--overwrite").code());
    assertTrue(names().get(0).endsWith("_tokenizer.model"));
    assertEquals(1, names().size());
  }

  @Test
  void unpacksAWholeArchiveToAFolderThatIsACheckpoint() {
    assertEquals(0, Run.of("extract", source, out, "--all").code());
    Run run = Run.of("diff", source, out);
    assertEquals(0, run.code(), run.out());
    assertTrue(run.out().startsWith("same"), run.out());
  }

  @Test
  void makesAnEmptyFolderWhereThereIsNothing() throws IOException {
    assertEquals(0, Run.of("extract", Run.vit(folder), out, "--artifacts").code());
    assertEquals(List.of(), names());
  }

  @Test
  void refusesAnExistingFolderAndContradictingOptions() throws IOException {
    Files.createDirectory(out);
    assertEquals(4, Run.of("extract", source, out).code());
    Run both = Run.of("extract", source, folder.resolve("new"), "--all", "--config");
    assertEquals(2, both.code());
    assertTrue(both.err().startsWith("error: --config"), both.err());
    assertFalse(Files.exists(folder.resolve("new")));
  }
}
