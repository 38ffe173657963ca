package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** What commands show of conversions, and NeMo's own flags for them. */
class ConversionViewsTest extends HuggingFaceFolders {
  private static final Path LORA = Path.of("../core/src/test/resources/peft/llama");

  @Test
  void nemosOwnFlagsDoTheSame() throws IOException {
    Path source = llama("tiny-llama-gqa");
    Path out = folder.resolve("script.nemo");
    Run run =
        Run.of(
            "convert_llama_hf_to_nemo",
            "--input_name_or_path=" + source,
            "--output_path=" + out,
            "--precision=32");
    assertEquals(0, run.code(), run.err());
    assertEquals(Checkpoints.expected("llama-gqa-tp1.nemo"), Checkpoints.found(out));
    Path back = folder.resolve("back");
    Run way =
        Run.of("convert_llama_nemo_to_hf", "--input_name_or_path=" + out, "--output_path=" + back);
    assertEquals(0, way.code(), way.err());
    assertSame(source, back, WEIGHTS, CONFIG, "tokenizer.model", "tokenizer_config.json");
  }

  @Test
  void saysThatGemmaInHalfPrecisionIsNotExact() throws IOException {
    Path source = huggingFace("gemma");
    Run run =
        Run.of("convert", source, folder.resolve("m.nemo"), "--dtype", "bf16", "--allow-lossy");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("were rounded"), run.out());
  }

  @Test
  void showsWhatIsMergedBeforeItIs() throws IOException {
    Path base = huggingFace("llama");
    Path out = folder.resolve("out.nemo");
    Run plan = Run.of("plan", base, out, "--lora", LORA);
    assertTrue(plan.out().contains("\nmerge "), plan.out());
    Run dry = Run.of("convert", base, out, "--to", "nemo", "--lora", LORA, "--dry-run");
    assertEquals(plan.out(), dry.out());
    Run json = Run.of("plan", base, out, "--lora", LORA, "--json");
    String merges = json.out().replaceAll("\\s", "");
    assertTrue(merges.contains("\"lora\":{\"adapter\":\"llama\",\"weights\":"), json.out());
    assertTrue(merges.contains("\"rank\":"), json.out());
    assertTrue(Files.notExists(out));
  }

  @Test
  void namesTheFlagThatMergesAFolderOfPeft() {
    Run run = Run.of("inspect", LORA, "--tensors");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("huggingface-peft"), run.out());
    assertTrue(run.err().contains("merge it with convert MODEL TARGET --lora"), run.err());
  }

  /** One row for each kind of weight, with the numbers of this adapter. */
  @Test
  void theReportHasASectionOfTheAdapter() throws Exception {
    Path page = folder.resolve("page.html");
    Path base = huggingFace("llama");
    convert(base, "out.nemo", "--lora", LORA, "--report", page);
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    var sections = document.getElementsByTagName("section");
    Element section =
        IntStream.range(0, sections.getLength())
            .mapToObj(i -> (Element) sections.item(i))
            .filter(each -> title(each).equals("Merged LoRA"))
            .findFirst()
            .orElseThrow();
    assertTrue(section.getTextContent().contains(LORA.getFileName() + " changes"));
    var rows = ((Element) section.getElementsByTagName("tbody").item(0)).getElementsByTagName("tr");
    Run plan = Run.of("plan", base, folder.resolve("none.nemo"), "--lora", LORA);
    long merges = plan.out().lines().filter(line -> line.startsWith("merge ")).count();
    assertEquals(merges, rows.getLength());
    for (int row = 0; row < rows.getLength(); row++) {
      assertEquals(4, ((Element) rows.item(row)).getElementsByTagName("td").getLength());
    }
  }

  @Test
  void theReportOfAPlainConversionHasNone() throws Exception {
    Path page = folder.resolve("page.html");
    convert(llama("tiny-llama-gqa"), "out.nemo", "--report", page);
    assertFalse(Files.readString(page).contains("LoRA"));
  }

  private static String title(Element section) {
    return section.getElementsByTagName("h2").item(0).getTextContent();
  }
}
