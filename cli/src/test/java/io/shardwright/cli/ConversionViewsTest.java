package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.HeldTensors;
import io.shardwright.engine.InterleavedTraining;
import io.shardwright.engine.TrainingFiles;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
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
  void nemosOwnFlagsConvertATraining() throws IOException {
    Path source = TrainingFiles.vit(folder);
    Path ours = convert(source, "ours.nemo", "--to", "nemo");
    for (String command : new String[] {"convert_ckpt_to_nemo", "megatron_ckpt_to_nemo"}) {
      Path out = folder.resolve(command + ".nemo");
      Run run =
          Run.of(
              command,
              "--checkpoint_folder=" + source,
              "--checkpoint_name=" + TrainingFiles.VIT,
              "--nemo_file_path=" + out,
              "--tensor_model_parallel_size=2",
              "--pipeline_model_parallel_size=1",
              "--model_type=vit_classification",
              "--gpus_per_node=2",
              "--local_rank=0",
              "--bcp");
      assertEquals(0, run.code(), run.err());
      assertArrayEquals(Files.readAllBytes(ours), Files.readAllBytes(out));
    }
  }

  @Test
  void nemosOwnFlagsReadAnInterleavedPipeline() throws IOException {
    String step = "gpt--step=4.ckpt";
    Path gpt = TrainingFiles.gpt(folder).resolve(TrainingFiles.GPT);
    Path source = InterleavedTraining.write(gpt, folder.resolve("source"), step);
    Path tokenizer = TrainingFiles.resource("tokenizer.model", folder.resolve("x/t.model"));
    Path plain = convert(gpt, "plain.nemo", "--to", "nemo", "--tokenizer-model", tokenizer);
    Path script = folder.resolve("script.nemo");
    Run run =
        Run.of(
            "megatron_change_num_partitions",
            "--model_extracted_dir=" + source,
            "--target_file=" + script,
            "--ckpt_name=" + step,
            "--tensor_model_parallel_size=1",
            "--pipeline_model_parallel_size=2",
            "--virtual_pipeline_model_parallel_size=2",
            "--target_tensor_model_parallel_size=1",
            "--target_pipeline_model_parallel_size=1",
            "--tokenizer_model_path=" + tokenizer);
    assertEquals(0, run.code(), run.err());
    assertEquals(Checkpoints.found(plain), Checkpoints.found(script));
    assertTrue(Run.of("inspect", source).err().contains("--no-optimizer"));
  }

  @Test
  void namesTheFlagThatTheCommandHas() throws IOException {
    Path source = huggingFace("llama");
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    String name = "model.layers.0.self_attn.k_proj.weight";
    Shape shape = held.spec(name).shape();
    held.add(new TensorSpec(name, DType.BFLOAT16, shape), new byte[2 * (int) shape.elements()]);
    held.write(source.resolve(WEIGHTS));
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("convert_llama_hf_to_nemo", "--in-file=" + source, "--out-file=" + out);
    assertEquals(6, run.code(), run.err());
    assertTrue(run.err().contains("--precision TYPE"), run.err());
    assertFalse(run.err().contains("--dtype"), run.err());
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
