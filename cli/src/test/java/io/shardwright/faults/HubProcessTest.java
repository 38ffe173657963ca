package io.shardwright.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.remote.MadeUpModel;
import io.shardwright.remote.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program, and a hub whose models it reads. */
class HubProcessTest {
  private static final String MODEL = "hf://" + TestHub.ID;
  private static final String TOKEN = "hf_never-to-be-seen";
  private static final Path LLAMA = Path.of("src/main/resources/demo/llama-tiny");

  @TempDir Path folder;
  private final TestHub hub = new TestHub();

  @AfterEach
  void close() {
    hub.close();
  }

  private String run(Object... args) throws Exception {
    var environment =
        Map.of("HF_ENDPOINT", hub.address(), "HF_TOKEN", TOKEN, "HF_HOME", folder + "/no-cache");
    Program program = Program.start(Program.command(List.of(), args), environment);
    int code = program.end();
    String said = program.out() + program.err();
    assertEquals(0, code, () -> Arrays.toString(args) + said);
    requireNoSecret(said);
    return said;
  }

  private static void requireNoSecret(String text) {
    assertFalse(text.contains(TOKEN) || text.contains(TestHub.SIGNATURE), text);
  }

  @Test
  @Tag("remote")
  void aModelOfAHubIsReadAsOneOnADisk() throws Exception {
    hub.put(LLAMA).gated(TOKEN, "GatedRepo");
    Path page = folder.resolve("page.html");
    Path plan = folder.resolve("plan.json.gz");
    run("convert", LLAMA, folder.resolve("here"), "--to", "nemo", "--tp", 2);
    run("convert", MODEL, folder.resolve("there"), "--to", "nemo", "--tp", 2, "--report", page);
    var expected = Model.contents(folder.resolve("here"));
    assertEquals(expected, Model.contents(folder.resolve("there")));
    run("plan", MODEL, folder.resolve("later"), "--to", "nemo", "--tp", 2, "--save", plan);
    run("convert", "--plan", plan, "-v");
    assertEquals(expected, Model.contents(folder.resolve("later")));
    run("verify", MODEL, "--json");
    run("diff", MODEL + "@" + TestHub.COMMIT, folder.resolve("there"));
    String signed = hub.store().address() + "/blobs/model.safetensors?" + TestHub.SIGNATURE;
    run(
        "convert",
        signed,
        folder.resolve("plain"),
        "--to",
        "safetensors",
        "-v",
        "--report",
        folder + "/p.html");
    requireNoSecret(Files.readString(page) + Files.readString(folder.resolve("p.html")));
    requireNoSecret(unpacked(plan));
  }

  @Test
  @Tag("remote")
  void withoutTheJarItIsNamed() throws Exception {
    Path alone = folder.resolve("shardwright.jar");
    Files.copy(Path.of(System.getProperty("shardwright.jar")), alone);
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command = List.of(java, "-jar", alone.toString(), "inspect", MODEL + "?X-Signature=secret");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(3, process.waitFor(), said);
    assertTrue(said.contains("SW-113 " + MODEL) && said.contains("shardwright-remote"), said);
    assertFalse(said.contains("secret"), said);
  }

  private static String unpacked(Path file) throws IOException {
    try (var text = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  @Tag("remote")
  void partsReadTheirShareAndNoMore() throws Exception {
    var model = new MadeUpModel(2, 2048, 5504, 16, 16, 32000);
    model.on(hub);
    Path one = folder.resolve("one");
    run("convert", MODEL, one, "--to", "nemo", "--tp", 4, "--no-verify");
    long before = hub.sent();
    assertTrue(before <= 1.01 * model.size(), before + " bytes of " + model.size());
    for (int part : new int[] {3, 1, 7, 2, 5, 4, 6}) {
      run("convert", MODEL, folder + "/parts", "--to", "nemo", "--tp", 4, "--part", part + "/7");
    }
    long sent = hub.sent() - before;
    assertTrue(sent <= 1.05 * model.size(), sent + " bytes of " + model.size());
    run("finish", folder.resolve("parts"));
    assertEquals(Model.contents(one), Model.contents(folder.resolve("parts")));
  }
}
