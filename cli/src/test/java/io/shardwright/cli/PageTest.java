package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the commands that read checkpoints. */
class PageTest {
  @TempDir Path folder;
  private Path page;

  @BeforeEach
  void name() {
    page = folder.resolve("page.html");
  }

  private Run run(int code, Object... args) throws Exception {
    var all = new ArrayList<Object>(List.of(args));
    all.addAll(List.of("--report", page, "--overwrite"));
    Run run = Run.of(all.toArray());
    assertEquals(code, run.code(), run.err());
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    return run;
  }

  private String page(int code, Object... args) throws Exception {
    run(code, args);
    return Files.readString(page);
  }

  /** Floats under a name. */
  private Path safetensors(String file, String name, float... values) throws IOException {
    String json =
        "{\""
            + name
            + "\":{\"dtype\":\"F32\",\"shape\":["
            + values.length
            + "],"
            + "\"data_offsets\":[0,"
            + 4 * values.length
            + "]}}";
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    var bytes =
        ByteBuffer.allocate(8 + header.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return Files.write(folder.resolve(file), bytes.array());
  }

  @Test
  void showsCheckpointsOfEveryFormat() throws Exception {
    Path model = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    var sources = new ArrayList<>(List.of(model));
    for (String format : List.of("huggingface", "safetensors", "torch_dist", "dcp", "megatron")) {
      Path target = folder.resolve(format);
      assertEquals(0, Run.of("convert", model, target, "--to", format, "--no-sync").code(), format);
      sources.add(target);
    }
    Path zarr = folder.resolve("zarr");
    Run.reshard(model, zarr, "--layout", "distributed");
    sources.add(zarr);
    for (Path source : sources) {
      String text = page(0, "inspect", source, "--values");
      for (String part : List.of("Sizes", "Values", "Tensors", "Files", "class=\"map wide\"")) {
        assertTrue(text.contains(part), source + " without " + part);
      }
    }
  }

  @Test
  void statesStatisticsForAScript() throws Exception {
    Path source = safetensors("s.safetensors", "a", 1, -0f, 3, Float.NaN, Float.NEGATIVE_INFINITY);
    String json = Run.of("inspect", source, "--values", "--json").out().replaceAll("\\s+", "");
    for (String part :
        List.of(
            "\"nan\":1,\"infinite\":1,\"finite\":3,\"zeros\":1,\"min\":0.0,\"max\":3.0",
            "\"standard_deviation\":1.24721912892464",
            "\"histogram\":[1,0")) {
      assertTrue(json.contains(part), json);
    }
    assertTrue(page(0, "inspect", source, "--values").contains("NaN or infinite values"));
  }

  @Test
  void namesOfTensorsStayText() throws Exception {
    Path source = safetensors("h.safetensors", "<script>alert(1)</script>&'.0.</td>\\u202e.w", 1);
    String text = page(0, "inspect", source, "--values");
    assertFalse(text.contains("<script") || text.contains("\u202e"), text);
    assertTrue(text.replace("<wbr/>", "").contains("&lt;script&gt;alert(1)&lt;/script&gt;"), text);
  }

  @Test
  void showsWhereTwoCheckpointsDiffer() throws Exception {
    Path one = safetensors("1.safetensors", "layers.0.mlp.weight", 1, 2, 3);
    Path other = safetensors("2.safetensors", "layers.0.mlp.weight", 1, 2, 3.5f);
    String text = page(1, "diff", one, other);
    assertTrue(text.contains("layer 0: at most by 0.500") && text.contains("1 of 3"), text);
    assertTrue(page(0, "diff", one, one).contains("✓ Same"));
  }

  @Test
  void listsSeveralCheckpointsAndThoseThatAreRefused() throws Exception {
    Path one = safetensors("1.safetensors", "a", 1);
    Path empty = Files.createFile(folder.resolve("empty.nemo"));
    Run run = run(3, "inspect", empty, one, "--json");
    assertTrue(run.out().contains("\"code\" : \"SW-102\""), run.out());
    assertTrue(run.out().contains("\"stored_tensors\" : 1"), run.out());
    assertEquals(1, run.out().split("schema_version", -1).length - 1, run.out());
    String text = Files.readString(page);
    assertTrue(text.contains("2 checkpoints") && text.contains("1 can&#39;t be read"), text);
  }

  @Test
  void keepsAnExistingFileUnlessToldToReplaceIt() throws Exception {
    Path one = safetensors("1.safetensors", "a", 1);
    Files.writeString(page, "mine");
    assertEquals(4, Run.of("inspect", one, "--report", page).code());
    assertEquals(4, Run.of("diff", one, one, "--report", page).code());
    assertEquals("mine", Files.readString(page));
    run(0, "inspect", one);
  }

  @Test
  void isNotWrittenOverOrIntoACheckpoint() throws Exception {
    Path one = safetensors("1.safetensors", "a", 1);
    byte[] before = Files.readAllBytes(one);
    assertEquals(2, Run.of("inspect", one, "--report", one, "--overwrite").code());
    Path model = Files.createDirectory(folder.resolve("model"));
    Path inside = model.resolve("p.html");
    assertEquals(2, Run.of("diff", one, model, "--report", inside, "--overwrite").code());
    assertEquals(before.length, Files.size(one));
    assertFalse(Files.exists(inside));
  }
}
