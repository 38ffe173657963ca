package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.FamilyFile;
import io.shardwright.SmallCheckpoint;
import io.shardwright.cli.MarkdownPage.Block;
import io.shardwright.spi.Naming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the pages for adapter authors show besides commands and Java, which all pages' tests run.
 */
class GuideTest {
  private static final MarkdownPage GUIDE = MarkdownPage.of("docs/adapter-guide.md");
  private static final MarkdownPage REFERENCE = MarkdownPage.of("docs/family-file.md");
  private static final String HEAD =
      "family: tried\nrestores: [a.B]\nparallelism: []\nnamings:\n  legacy:\n    rows:\n";

  @TempDir Path folder;

  @Test
  void rowsInJavaAndInYamlAreTheSame() throws IOException {
    String rows =
        GUIDE.texts("row").stream().map(row -> row.indent(6)).collect(Collectors.joining());
    Path file = Files.writeString(folder.resolve("rows.yaml"), HEAD + rows);
    var nothing = SmallCheckpoint.of("a: b\n").config();
    assertEquals(GuideRows.all(), FamilyFile.read(file).parameters(nothing, Naming.LEGACY).rules());
  }

  @Test
  void theFamilyInYamlIsThatInJava() throws IOException {
    Path bert = folder.resolve("bert.nemo");
    TinyBert.writeForTwoRanks(bert);
    Path file = Files.writeString(folder.resolve("bert.yaml"), GUIDE.file("bert.yaml"));
    Path jar = ExampleJar.make(folder.resolve("bert.jar"));
    Path one = folder.resolve("yaml.nemo");
    Path two = folder.resolve("java.nemo");
    cut(bert, one, "--family-file", file);
    cut(bert, two, "--adapter-path", jar);
    assertEquals(-1, Files.mismatch(one, two));
  }

  private static void cut(Path from, Path to, Object option, Object family) {
    Run.reshard(from, to, "--tp", 4, "--pp", 2, "--vocab-size", 37, option, family);
  }

  @Test
  void excerptsStandInTheFilesThatTheyName() throws IOException {
    for (MarkdownPage page : MarkdownPage.all()) {
      for (Block block : page.blocks()) {
        if (block.remark().startsWith("excerpt of ")) {
          Path file = Path.of("..", block.remark().substring("excerpt of ".length()));
          String text = String.join("\n", block.lines());
          assertTrue(Files.readString(file).contains(text), text);
        }
      }
    }
  }

  @Test
  void whatIsLeftToMavenIsRunByTheScriptThatDecides() throws IOException {
    String script = Files.readString(Path.of("../.ci/run"));
    for (Block block : GUIDE.blocks()) {
      if (block.remark().startsWith("not run: ")) {
        block.lines().forEach(line -> assertTrue(script.contains(line), line));
      }
    }
  }

  @Test
  void theReferencesFilesCanBeRead() throws IOException {
    for (String file : REFERENCE.texts("file")) {
      FamilyFile.read(Files.writeString(folder.resolve("file.yaml"), file));
    }
    for (String sets : REFERENCE.texts("sets")) {
      String file = HEAD.replace("rows:\n", "rows: []\n") + "describes:\n" + sets;
      FamilyFile.read(Files.writeString(folder.resolve("sets.yaml"), file));
    }
    for (String rules : REFERENCE.texts("rules")) {
      String file = HEAD.replace("rows:\n", "rows: []\n") + "key_rules:\n" + rules;
      var family = FamilyFile.read(Files.writeString(folder.resolve("rules.yaml"), file));
      assertFalse(family.keyRules().isEmpty());
    }
  }

  @Test
  void everyBlockInYamlOrXmlIsTried() {
    for (MarkdownPage page : List.of(GUIDE, REFERENCE)) {
      for (Block block : page.blocks()) {
        boolean tried =
            block.language().matches("sh|console|java")
                || block.remark().matches("row|sets|rules|file|file: .*|excerpt of .*");
        assertTrue(tried, page + ":" + block.firstLine());
      }
    }
  }
}
