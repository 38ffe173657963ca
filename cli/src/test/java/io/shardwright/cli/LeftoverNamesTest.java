package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the user under the names that a run gives to its own: nothing of theirs is touched. */
class LeftoverNamesTest {
  private static final String DIGITS = ".00000000deadbeef.";
  private static final Path RESOURCES = Path.of("../core/src/test/resources");

  @TempDir Path folder;
  private Path vit;
  private Path disk;
  private Path target;

  @BeforeEach
  void prepare() throws IOException {
    vit = Run.vit(folder);
    disk = Files.createDirectories(folder.resolve("disk"));
    target = disk.resolve("p.nemo");
  }

  /** Names, kinds and bytes of everything below a folder. */
  private TreeMap<String, String> everything() throws IOException {
    var found = new TreeMap<String, String>();
    try (var all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        var kind = Files.readAttributes(each, "unix:mode,nlink,size", LinkOption.NOFOLLOW_LINKS);
        boolean file = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS);
        String bytes = file ? "" + java.util.Arrays.hashCode(Files.readAllBytes(each)) : "";
        found.put(each.toString(), new TreeMap<>(kind) + bytes);
      }
    }
    return found;
  }

  /** Whatever else is asked for, a run and a plan touch nothing. */
  private void refuses(String why, Object... command) throws IOException {
    var before = everything();
    for (List<String> more :
        List.of(
            List.<String>of(),
            List.of("--overwrite", "--resume", "--manifest"),
            List.of("--dry-run"))) {
      var words = new ArrayList<Object>(List.of(command));
      words.addAll(more);
      Run run = Run.of(words.toArray());
      if (more.contains("--dry-run") && run.code() == 0) {
        // A plan reads headers; what is beside a target is looked at by whoever holds its lock.
        assertEquals(before, everything());
        continue;
      }
      assertEquals(4, run.code(), words + run.out() + run.err());
      assertTrue(run.err().startsWith("error: SW-303"), run.err());
      assertTrue(run.err().contains(why), run.err());
      assertEquals(before, everything(), words + ": " + run.err());
    }
  }

  private static Stream<String> kinds(String name) {
    return Stream.concat(
        Stream.of("." + name + ".lock"),
        Stream.of("partial", "journal", "side", "replaced").map(k -> "." + name + DIGITS + k));
  }

  @Test
  void aSourceIsNeverRemovedAsALeftover() throws IOException {
    for (String name : kinds("p.nemo").toList()) {
      Path source = Files.copy(vit, disk.resolve(name));
      refuses("rename it", "reshard", source, target, "--tp", 2);
      var nemo =
          Run.of(
              "megatron_change_num_partitions",
              "--model_file=" + source,
              "--target_file=" + target,
              "--target_tensor_model_parallel_size=2");
      assertEquals(4, nemo.code(), nemo.err());
      assertEquals(4, Run.of("plan", source, target, "--tp", 2).code());
      assertEquals(4, Run.of("extract", source, target).code());
      Files.delete(source);
    }
  }

  @Test
  void neitherIsAFolderOrWhatIsInOne() throws IOException {
    Path unpacked = folder.resolve("unpacked");
    Run.reshard(vit, unpacked, "--tp", 2);
    Path source = Files.move(unpacked, disk.resolve(".m.0123456789abcdef.replaced"));
    refuses("rename it", "reshard", source, disk.resolve("m"), "--tp", 1);
    Files.move(vit, source.resolve("vit.nemo"));
    refuses("rename it", "reshard", source.resolve("vit.nemo"), disk.resolve("m"), "--tp", 2);
    assertTrue(Run.of("reshard", source, disk.resolve("other"), "--tp", 1).code() == 0);
  }

  @Test
  void norOneThatIsReachedByALink() throws IOException {
    Path real = Files.move(vit, disk.resolve(".p.nemo" + DIGITS + "partial"));
    Path link = Files.createSymbolicLink(folder.resolve("link.nemo"), real);
    refuses("rename it", "reshard", link, target, "--tp", 2);
    Path away = Files.createSymbolicLink(folder.resolve("away"), disk);
    refuses("rename it", "reshard", real, away.resolve("p.nemo"), "--tp", 2);
    refuses("rename it", "reshard", away.resolve(real.getFileName()), target, "--tp", 2);
    Files.move(real, folder.resolve("vit.nemo"));
    Path named = Files.createSymbolicLink(real, folder.resolve("vit.nemo"));
    refuses("rename it", "reshard", named, target, "--tp", 2);
  }

  @Test
  void norAFileThatASourceIsMadeOf() throws IOException {
    Path huggingFace = Files.createDirectory(folder.resolve("huggingface"));
    try (var files = Files.list(RESOURCES.resolve("community/llama"))) {
      for (Path file : files.toList()) {
        Files.copy(file, huggingFace.resolve(file.getFileName()));
      }
    }
    Path weights = huggingFace.resolve("model.safetensors");
    Path stored = Files.move(weights, disk.resolve(".p.nemo" + DIGITS + "journal"));
    Files.createSymbolicLink(weights, stored);
    refuses("rename it", "convert", huggingFace, target, "--tp", 2);
  }

  @Test
  void norALoraOrAnyOtherFileThatIsRead() throws IOException {
    String name = ".p.nemo" + DIGITS + "side";
    Path tuned = RESOURCES.resolve("nemo/hf/tiny-llama-gqa");
    Path lora = RESOURCES.resolve("peft/nemo/lora-mcore-tp2.nemo");
    Path given = Files.copy(lora, disk.resolve(name));
    refuses("rename it", "reshard", tuned, target, "--lora", given);
    Path training = RESOURCES.resolve("lightning/ckpt-gpt-tp1");
    for (String option : List.of("--hparams-file", "--tokenizer-model", "--family-file")) {
      Files.writeString(given, MarkdownPage.of("docs/adapter-guide.md").file("bert.yaml"));
      refuses("rename it", "convert", training, target, option, given);
    }
    Files.delete(given);
    ExampleJar.make(given);
    refuses("rename it", "reshard", vit, target, "--tp", 2, "--adapter-path", given);
  }

  @Test
  void norIsOneReplacedByATargetManifestOrReport() throws IOException {
    Path training = RESOURCES.resolve("lightning/ckpt-gpt-tp1");
    Path pieces = Files.writeString(disk.resolve("p.nemo"), "pieces");
    Run same = Run.of("convert", training, target, "--tokenizer-model", pieces, "--overwrite");
    assertEquals(4, same.code(), same.err());
    assertTrue(same.err().contains("is a file that is read itself"), same.err());
    assertEquals("pieces", Files.readString(pieces));
    Path html = Files.writeString(disk.resolve("r.html"), "pieces");
    Run run =
        Run.of(
            "convert",
            training,
            target,
            "--tokenizer-model",
            html,
            "--report",
            html,
            "--overwrite");
    assertEquals(4, run.code(), run.err());
    assertTrue(run.err().contains("itself"), run.err());
    assertEquals("pieces", Files.readString(html));
  }

  @Test
  void noTargetOrReportGetsSuchAName() throws IOException {
    for (String name : kinds("any").toList()) {
      refuses("is a name that Shardwright reserves", "reshard", vit, disk.resolve(name), "--tp", 2);
      Object report = disk.resolve(name);
      refuses(
          "is a name that Shardwright reserves",
          "reshard",
          vit,
          target,
          "--tp",
          2,
          "--report",
          report);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lock", "partial", "journal", "side", "replaced"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has other links and no pipes")
  void nothingIsWrittenThroughALinkOrAPipe(String kind) throws Exception {
    Path precious = Files.writeString(folder.resolve("precious"), "precious");
    Path name = disk.resolve(".p.nemo" + (kind.equals("lock") ? "." : DIGITS) + kind);
    Files.createSymbolicLink(name, precious);
    refuses("is not a regular file", "reshard", vit, target, "--tp", 2);
    Files.delete(name);
    Files.createSymbolicLink(name, folder.resolve("nowhere"));
    refuses("is not a regular file", "reshard", vit, target, "--tp", 2);
    Files.delete(name);
    assumeTrue(new ProcessBuilder("mkfifo", name.toString()).start().waitFor() == 0);
    refuses("is not a regular file", "reshard", vit, target, "--tp", 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lock", "partial", "journal"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "does not count names")
  void nothingIsWrittenThroughAHardLink(String kind) throws IOException {
    Path precious = Files.writeString(folder.resolve("precious"), "precious");
    Path name = disk.resolve(".p.nemo" + (kind.equals("lock") ? "." : DIGITS) + kind);
    Files.createLink(name, precious);
    refuses("is a hard link", "reshard", vit, target, "--tp", 2);
    Files.delete(name);
    if (kind.equals("partial")) {
      Files.createLink(Files.createDirectory(name).resolve("config"), precious);
      refuses("is a hard link", "reshard", vit, target, "--tp", 2);
    }
  }

  @Test
  void aLockThatIsNoneIsLeftAlone() throws IOException {
    Path lock = Files.writeString(disk.resolve(".p.nemo.lock"), "my own notes");
    refuses("is not a lock of a run", "reshard", vit, target, "--tp", 2);
    Files.delete(lock);
    Files.createDirectory(lock);
    refuses("is not a regular file", "reshard", vit, target, "--tp", 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lock", "partial", "journal", "side"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no numbers for owners")
  void whatBelongsToAnotherUserIsLeftAlone(String kind) throws IOException {
    Path name = disk.resolve(".p.nemo" + (kind.equals("lock") ? "." : DIGITS) + kind);
    Files.createFile(name);
    try {
      Files.setAttribute(name, "unix:uid", 12_345);
    } catch (IOException notAllowed) {
      assumeTrue(false, "only a superuser may give files away");
    }
    refuses("belongs to '12345', not to you", "reshard", vit, target, "--tp", 2);
  }

  @Test
  void whatIsInAFolderOfAnotherUserIsLeftAlone() throws IOException {
    Path staged = disk.resolve(".out" + DIGITS + "partial");
    Path inner = Files.createDirectories(staged.resolve("mp_rank_00"));
    try {
      Files.setAttribute(inner, "unix:uid", 12_345);
    } catch (IOException notAllowed) {
      assumeTrue(false, "only a superuser may give files away");
    }
    refuses("mp_rank_00: belongs to '12345'", "reshard", vit, disk.resolve("out"), "--tp", 2);
    Files.delete(inner);
    Files.createSymbolicLink(inner, folder);
    refuses("mp_rank_00: is not a regular file", "reshard", vit, disk.resolve("out"), "--tp", 2);
  }

  @Test
  void plansAndRefusedRunsCreateNothing() throws IOException {
    Path deep = folder.resolve("new/deep/p.nemo");
    var before = everything();
    for (Object[] command :
        new Object[][] {
          {"plan", vit, deep, "--tp", 2},
          {"plan", vit, target, "--tp", 2, "--resume", "--manifest"},
          {"reshard", vit, deep, "--tp", 2, "--dry-run"},
          {"reshard", vit, deep, "--tp", 7},
          {"reshard", vit, vit, "--tp", 2},
          {"reshard", folder.resolve("none"), deep, "--tp", 2},
          {"convert", vit, deep, "--architecture", "None"},
          {"extract", folder.resolve("none"), deep}
        }) {
      Run.of(command);
      assertEquals(before, everything(), java.util.Arrays.toString(command));
    }
    Files.createFile(target);
    Files.createFile(disk.resolve(".p.nemo" + DIGITS + "journal"));
    Files.createFile(disk.resolve(".p.nemo.lock"));
    before = everything();
    assertEquals(4, Run.of("reshard", vit, target, "--tp", 2).code());
    assertEquals(0, Run.of("plan", vit, target, "--tp", 2, "--overwrite").code());
    assertEquals(before, everything());
    assertEquals(0, Run.of("reshard", vit, target, "--tp", 2, "--overwrite").code());
    assertFalse(everything().keySet().stream().anyMatch(name -> name.contains("/.p.nemo")));
  }
}
