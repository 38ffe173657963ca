package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What users mistype or forget: each gets one message and an exit code. The locale and an old Java
 * are the launcher's ({@link LauncherTest}), a full disk needs a mount (MountProcessTest).
 */
class MistakesTest {
  private static final Path FORMATS = Path.of("../core/src/test/resources/formats");

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void copyAModel() throws IOException {
    model = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
  }

  private Run run(String line) {
    return Run.of((Object[]) words(line).split(" "));
  }

  private String words(String text) {
    return text.replace("MODEL", model.toString()).replace("DIR", folder.toString());
  }

  private static void assertSays(int code, String said, Run run) {
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().startsWith("error: "), run.err());
    assertTrue(run.err().contains(said), run.err());
    assertEquals(1, run.err().lines().filter(line -> line.startsWith("error:")).count());
    assertFalse(run.err().contains("\tat ") || run.err().contains("Exception"), run.err());
    assertTrue(run.err().lines().count() <= 4, run.err());
  }

  @ParameterizedTest
  @CsvSource({
    "3, inspect DIR/lama-gqa-tp1.nemo, 'no such file: did you mean ''MODEL''?'",
    "3, inspect DIR/nothing.alike, no such file: check the path",
    "3, inspect DIR/absent/x.nemo, 'no such file: the folder ''DIR/absent'' does not exist: check"
        + " the path'",
    "3, plan meta-llama/Llama-2-7b-hf, the hub's model of this name is"
        + " hf://meta-llama/Llama-2-7b-hf",
    "3, inspect swift://bucket/model, no jar that was found reads 'swift://': add the jar",
    "3, inspect gs://bucket/model.nemo, gs://bucket/model.nemo",
    "2, plan MODEL --tpp 2, unknown option '--tpp'",
    "2, plan MODEL --tp, --tp needs a value",
    "2, plan MODEL --tp 0, '--tp is 0, expected 1 to 99999'",
    "2, plan MODEL --tp two, '--tp is ''two'', expected a whole number'",
    "2, inspekt MODEL, unknown command 'inspekt'",
    "2, plan MODEL --dtype int4, '--dtype is ''int4'', expected'",
    "2, convert MODEL DIR/out --to hugging, '--to is ''hugging'', expected'",
    "2, plan, missing 'SRC'",
    "2, plan MODEL out.nemo more, unexpected argument 'more'",
    "4, reshard MODEL MODEL --tp 2, choose another name",
    "6, plan MODEL --tp 3, Choose 1",
    "3, inspect MODEL --adapter-path DIR/absent.jar, no such jar or folder: check the path",
    "4, reshard MODEL DIR/absent/out.nemo --tp 2, does not exist: check the name",
  })
  void getsOneMessageThatNamesIt(int code, String line, String said) {
    assertSays(code, words(said), run(line));
  }

  @Test
  void anExistingTargetIsRefusedWithTheOptionThatReplacesIt() throws IOException {
    Files.writeString(folder.resolve("out.nemo"), "mine");
    assertSays(4, "--overwrite", run("reshard MODEL DIR/out.nemo --tp 2"));
    assertEquals("mine", Files.readString(folder.resolve("out.nemo")));
  }

  @Test
  void aFileOfAnotherFormatIsNamed() throws IOException {
    Files.writeString(folder.resolve("model.gguf"), "GGUF" + "\0".repeat(60));
    assertSays(3, "is a GGUF file", run("inspect DIR/model.gguf"));
    Files.writeString(folder.resolve("notes.txt"), "some text, and nothing else in here");
    assertSays(3, "expected a .nemo archive, a torch file", run("inspect DIR/notes.txt"));
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    Path hub = Files.createDirectory(folder.resolve("hub"));
    for (String name :
        new String[] {
          "config.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors"
        }) {
      Files.copy(FORMATS.resolve("tiny-llama-hf").resolve(name), hub.resolve(name));
    }
    assertSays(3, "'model-00002-of-00002.safetensors'", run("plan DIR/hub"));
  }

  @Test
  void anUnreadableJarIsNamed() throws IOException {
    Files.writeString(folder.resolve("family.jar"), "no jar");
    assertSays(3, "is not a jar", run("inspect MODEL --adapter-path DIR/family.jar"));
  }

  @Test
  void aFileWithoutPermissionIsNamed() {
    assumeFalse(
        !model.toFile().setReadable(false) || Files.isReadable(model), "everything is readable");
    assertSays(3, "permission denied", run("inspect MODEL"));
  }

  @Test
  void aFolderWithoutPermissionIsNotAMissingFile() throws IOException {
    Path shut = Files.createDirectory(folder.resolve("shut"));
    Files.copy(model, shut.resolve("model.nemo"));
    assumeFalse(
        !shut.toFile().setExecutable(false) || Files.isExecutable(shut), "everything is readable");
    assertSays(3, "permission denied", run("inspect DIR/shut/model.nemo"));
  }

  @Test
  void aMissingTokenizerIsNamedWithItsOption() {
    Path trained = FORMATS.resolveSibling("lightning/ckpt-gpt-tp1");
    assertSays(3, "--tokenizer-model", run("convert " + trained + " DIR/out.nemo"));
  }
}
