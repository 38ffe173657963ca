package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --report} on every command that writes. */
class ReportTest {
  @TempDir Path folder;
  private Path vit;
  private Path out;
  private Path page;

  @BeforeEach
  void unpack() throws IOException {
    vit = Run.vit(folder);
    out = folder.resolve("out.nemo");
    page = folder.resolve("page.html");
  }

  private String page(Object... args) throws Exception {
    var all = new java.util.ArrayList<Object>(List.of(args));
    all.addAll(List.of("--report", page));
    Run run = Run.of(all.toArray());
    assertEquals(0, run.code(), run.err());
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    return Files.readString(page);
  }

  private static void assertHas(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), "no '" + part + "'");
    }
  }

  @Test
  void showsTheRun() throws Exception {
    String text = page("reshard", vit, out, "--tp", "2");
    assertHas(text, "✓ Verified", "Queries, keys and values", "layers 0–2", "MLP, last matrix");
    assertHas(text, "shardwright reshard " + vit + " " + out + " --tp 2 --report " + page);
    assertFalse(text.contains("Manifest"), "a manifest that nobody took");
  }

  @Test
  void isWrittenByTheConversionsAndNemosCommands() throws Exception {
    Path llama = Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder);
    assertHas(page("convert", llama, folder.resolve("hf")), "Gated MLP", "q_proj");
    Files.delete(page);
    page("megatron_change_num_partitions", "--model_file", vit, "--target_file", out, "--tp", "4");
    Files.delete(page);
    Path nemo = folder.resolve("back.nemo");
    page("convert_llama_hf_to_nemo", "--in-file", folder.resolve("hf"), "--out-file", nemo);
    Files.delete(page);
    page("convert_llama_nemo_to_hf", "--in-file", nemo, "--out-file", folder.resolve("again"));
  }

  @Test
  void showsAPlanThatWasNotRun() throws Exception {
    assertHas(page("plan", vit, out, "--tp", "4"), "Planned, not run");
    Files.delete(page);
    assertHas(page("reshard", vit, out, "--tp", "4", "--dry-run"), "Planned, not run");
    assertFalse(Files.exists(out));
  }

  @Test
  void showsWhyAPlanIsRefused() throws Exception {
    Run run = Run.of("plan", vit, out, "--tp", "3", "--report", page);
    assertEquals(6, run.code(), run.err());
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    assertHas(Files.readString(page), "Refused", "not divisible by 3");
  }

  @Test
  void anUnknownFamilysPageHasNoPictures() throws Exception {
    String text = page("convert", vit, folder.resolve("plain"), "--to", "safetensors");
    assertFalse(text.contains("How tensors are cut"), text);
    assertHas(text, "46", "✓ Verified");
  }

  @Test
  void namesOfFilesStayText() throws Exception {
    Path odd = folder.resolve("<script>alert('1')&\u202e\".nemo");
    Files.copy(vit, odd);
    String text = page("reshard", odd, out, "--tp", "2");
    assertFalse(text.contains("<script"), "a script");
    assertHas(text, "&lt;script&gt;alert(&#39;1&#39;)&amp;\\u202e&quot;.nemo");
  }

  @Test
  void keepsAnExistingFileUnlessToldToReplaceIt() throws Exception {
    Files.writeString(page, "mine");
    Run run = Run.of("reshard", vit, out, "--tp", "2", "--report", page);
    assertEquals(4, run.code(), run.err());
    assertEquals("mine", Files.readString(page));
    assertFalse(Files.exists(out), "nothing is done before the report is known to have a place");
    page("reshard", vit, out, "--tp", "2", "--overwrite");
  }

  @Test
  void isNotWrittenIntoACheckpoint() throws IOException {
    Path model = folder.resolve("model");
    Run.reshard(vit, model);
    String config = Files.readString(model.resolve("model_config.yaml"));
    for (Object place : List.of(model.resolve("model_config.yaml"), out, out.resolve("r.html"))) {
      Run run = Run.of("reshard", model, out, "--report", place, "--overwrite");
      assertEquals(2, run.code(), run.err());
    }
    assertEquals(config, Files.readString(model.resolve("model_config.yaml")));
  }

  @Test
  void wantsAFolderThatExists() {
    Run run = Run.of("reshard", vit, out, "--report", folder.resolve("none").resolve("r.html"));
    assertEquals(4, run.code(), run.err());
    assertTrue(run.err().contains("its folder does not exist"), run.err());
    assertFalse(Files.exists(out));
  }

  private Run failing(Object... options) throws IOException {
    Path place = Files.createDirectory(folder.resolve("gone"));
    var args =
        new java.util.ArrayList<Object>(
            List.of("reshard", vit, out, "--tp", "2", "--progress", "json"));
    args.addAll(List.of("--report", place.resolve("r.html")));
    args.addAll(List.of(options));
    Run run = Run.whileWriting(() -> Files.delete(place), args.toArray());
    assertEquals(4, run.code(), run.err());
    assertTrue(run.err().contains("only its report could not be written"), run.err());
    assertEquals(0, Run.of("verify", out).code());
    return run;
  }

  @Test
  void aPageThatCanNotBeWrittenLeavesTheTarget() throws IOException {
    Run run = failing();
    assertTrue(run.out().contains("verified"), run.out());
  }

  @Test
  void aPageThatCanNotBeWrittenIsOneObjectForAScript() throws IOException {
    Run run = failing("--json");
    assertEquals(1, run.out().split("schema_version", -1).length - 1, run.out());
    assertTrue(run.out().contains("\"code\" : \"SW-305\""), run.out());
  }
}
