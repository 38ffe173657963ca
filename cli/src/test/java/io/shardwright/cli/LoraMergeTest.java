package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.HeldTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** Merging, against what NeMo's own script and peft merged. */
class LoraMergeTest extends PeftAdapters {
  private static final String GQA = "llama-gqa-tp1.nemo";
  private static final String MHA = "llama-mha-legacy-tp1.nemo";

  @ParameterizedTest
  @CsvSource({
    "mcore-tp1, 1, 1",
    "mcore-tp2, 2, 2",
    "legacy-tp1, 2, 1",
    "legacy-tp2, 1, 4",
  })
  void givesWhatNemosScriptGives(String name, int tensor, int pipeline) throws IOException {
    Path base = Checkpoints.copy(name.startsWith("mcore") ? GQA : MHA, folder);
    Path out = folder.resolve("out.nemo");
    convert(base, out, "--lora", archive("lora-" + name), "--tp", tensor, "--pp", pipeline);
    var theirs = expected(resource("nemo/merged-" + name + ".safetensors"));
    var found = logical(out);
    found.keySet().removeIf(LoraMergeTest::notKept);
    var before = logical(base);
    before.keySet().removeIf(LoraMergeTest::notKept);
    assertMerged(before, canonical(theirs), found);
  }

  /** As NeMo's tuning script leaves it. */
  @Test
  void mergesAnAdapterThatNamesTheModelsOwnClass() throws IOException {
    Path base = Checkpoints.copy(GQA, folder);
    Path lora = folder.resolve("lora");
    Run.reshard(archive("lora-mcore-tp1"), lora);
    Path out = folder.resolve("sft.nemo");
    convert(base, out, "--lora", lora);
    edit(
        lora.resolve("model_config.yaml"),
        "megatron_gpt_sft_model.MegatronGPTSFTModel",
        "megatron_gpt_model.MegatronGPTModel");
    Path same = folder.resolve("own.nemo");
    convert(base, same, "--lora", lora);
    assertEquals(Checkpoints.found(out), Checkpoints.found(same));
  }

  /** Of the changed weights NeMo's are kept for two layers. */
  private static boolean notKept(String name) {
    return name.matches("decoder\\.layers\\.[12]\\.self_attention\\.linear_qkv\\.weight");
  }

  private static Map<String, float[]> canonical(Map<String, float[]> named) {
    Map<String, float[]> canonical = new LinkedHashMap<>();
    named.forEach(
        (name, values) ->
            canonical.put(
                name.replaceFirst("^model\\.(language_model\\.encoder|decoder)\\.", "decoder.")
                    .replace("query_key_value", "linear_qkv"),
                values));
    return canonical;
  }

  private void convert(Path base, Path target, Object... options) {
    var args = new ArrayList<Object>(List.of("convert", base, target));
    args.addAll(List.of(options));
    Run run = Run.of(args.toArray());
    assertEquals(0, run.code(), run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "mixtral"})
  void givesWhatPeftGives(String name) throws IOException {
    Path base = huggingFace(name);
    Path lora = adapter(name);
    Path out = folder.resolve("out");
    convert(base, out, "--to", "huggingface", "--lora", lora);
    var found = floats(out);
    assertMerged(floats(base), expected(resource(name + "/merged.safetensors")), found);
    Path nemo = folder.resolve("out.nemo");
    convert(base, nemo, "--lora", lora, "--tp", 2, "--pp", 2, "--threads", 3);
    convert(nemo, folder.resolve("back"));
    assertSame(out, folder.resolve("back"), WEIGHTS, CONFIG);
  }

  @Test
  void readsAdaptersThatTorchSaved() throws IOException {
    Path lora = adapter("llama");
    Path bin = folder.resolve("bin");
    Files.createDirectories(bin);
    Files.copy(lora.resolve(ADAPTER_CONFIG), bin.resolve(ADAPTER_CONFIG));
    Files.copy(lora.resolve(ADAPTER_WEIGHTS), bin.resolve(WEIGHTS));
    HeldTensors.of(bin.resolve(WEIGHTS)).writeTorch(bin.resolve("adapter_model.bin"));
    Path base = huggingFace("llama");
    convert(base, folder.resolve("one"), "--to", "huggingface", "--lora", lora);
    convert(base, folder.resolve("two"), "--to", "huggingface", "--lora", bin);
    assertSame(folder.resolve("one"), folder.resolve("two"), WEIGHTS);
  }

  @Test
  void peftsAdapterFitsANemoArchiveToo() throws IOException {
    Path base = huggingFace("llama");
    Path lora = adapter("llama");
    convert(base, folder.resolve("direct"), "--to", "huggingface", "--lora", lora);
    Path nemo = convert(base, "base.nemo", "--tp", 2, "--pp", 4);
    convert(nemo, folder.resolve("by-nemo"), "--lora", lora);
    assertSame(folder.resolve("direct"), folder.resolve("by-nemo"), WEIGHTS, CONFIG);
  }

  @Test
  void nemosAdapterFitsAHuggingFaceFolderToo() throws IOException {
    Path lora = archive("lora-mcore-tp2pp2");
    convert(Checkpoints.copy(GQA, folder), folder.resolve("one.nemo"), "--lora", lora);
    convert(llama("tiny-llama-gqa"), folder.resolve("two.nemo"), "--lora", lora);
    assertEquals(
        Checkpoints.found(folder.resolve("one.nemo")),
        Checkpoints.found(folder.resolve("two.nemo")));
  }

  @Test
  void anyTargetHasTheSameValues() throws IOException {
    Path base = Checkpoints.copy(MHA, folder);
    Path lora = archive("lora-legacy-tp2");
    convert(base, folder.resolve("direct.nemo"), "--lora", lora, "--threads", 1);
    Path lora4 = folder.resolve("lora4.nemo");
    Run.reshard(lora, lora4, "--tp", 4, "--pp", 2);
    Path detour = folder.resolve("detour.nemo");
    convert(
        base,
        detour,
        "--lora",
        lora4,
        "--tp",
        4,
        "--pp",
        2,
        "--naming",
        "mcore",
        "--layout",
        "distributed",
        "--threads",
        4);
    var direct = logical(folder.resolve("direct.nemo"));
    assertMerged(direct, Map.of(), logical(detour));
  }

  @Test
  void sumsAreRoundedOnce() throws IOException {
    Path half = folder.resolve("half.nemo");
    Path base = huggingFace("llama");
    convert(base, half, "--dtype", "bf16", "--allow-lossy");
    Path lora = adapter("llama");
    Path wide = folder.resolve("wide.nemo");
    convert(half, wide, "--lora", lora, "--dtype", "fp32");
    Path later = folder.resolve("later.nemo");
    convert(wide, later, "--dtype", "bf16", "--allow-lossy");
    Path once = folder.resolve("once.nemo");
    Run run = Run.of("convert", half, once, "--lora", lora);
    assertEquals(0, run.code(), run.err());
    assertTrue(!run.out().contains("cast:"), run.out());
    assertEquals(Checkpoints.found(later), Checkpoints.found(once));
  }

  @Test
  void selectedLayersAloneChange() throws IOException {
    Path base = Checkpoints.copy(MHA, folder);
    Path out = folder.resolve("out.nemo");
    convert(base, out, "--lora", archive("lora-legacy-layers-1-and-4"));
    var before = logical(base);
    var after = logical(out);
    for (int layer = 0; layer < 4; layer++) {
      String name = "decoder.layers." + layer + ".self_attention.linear_qkv.weight";
      boolean same = Arrays.equals(before.get(name), after.get(name));
      assertEquals(layer == 1 || layer == 2, same, name);
    }
  }

  @Test
  void aTiedAdapterIsMergedIntoEveryLayer() throws IOException {
    Path base = Checkpoints.copy(MHA, folder);
    convert(base, folder.resolve("tied.nemo"), "--lora", archive("lora-legacy-tied"));
    Path untied = folder.resolve("untied");
    Run.reshard(archive("lora-legacy-tied"), untied);
    edit(untied.resolve("model_config.yaml"), "weight_tying: true", "weight_tying: false");
    convert(base, folder.resolve("untied.nemo"), "--lora", untied);
    var tied = Checkpoints.found(folder.resolve("tied.nemo"));
    assertEquals(tied, Checkpoints.found(folder.resolve("untied.nemo")));
    assertTrue(!tied.equals(Checkpoints.found(base)));
  }

  @Test
  void thePlanShowsWhatIsMergedAndWhatTheConfigurationLoses() throws IOException {
    Path base = folder.resolve("base");
    Run.reshard(Checkpoints.copy(GQA, folder), base);
    Path config = base.resolve("model_config.yaml");
    Files.writeString(
        config,
        Files.readString(config) + "peft:\n  peft_scheme: null\n  restore_from_path: a.nemo\n");
    Path lora = archive("lora-mcore-tp2");
    Path out = folder.resolve("out.nemo");
    Run plan = Run.of("plan", base, out, "--lora", lora);
    assertEquals(0, plan.code(), plan.err());
    String merge =
        "lora       nemo-lora-mcore-tp2.nemo: 4 weights change, 4 products, 3072 values\n"
            + "merge      4 x decoder.layers.*.self_attention.linear_qkv.weight, 128 rows, rank 4,"
            + " scale 1.0\n";
    assertTrue(plan.out().contains(merge), plan.out());
    String change = "config     peft.restore_from_path: a.nemo -> null\n";
    assertTrue(plan.out().contains(change), plan.out());
    Run dry = Run.of("convert", base, out, "--to", "nemo", "--lora", lora, "--dry-run");
    assertEquals(plan.out(), dry.out());
    Run json = Run.of("plan", base, out, "--lora", lora, "--json");
    String merges = json.out().replaceAll("\\s", "");
    assertTrue(merges.contains("\"weights\":4,\"rows\":128,\"rank\":4"), json.out());
    assertTrue(merges.contains("\"lora\":{\"adapter\":\"nemo-lora-mcore-tp2.nemo\",\"weights\":4"));
    assertTrue(Files.notExists(out));
    Run run = Run.of("convert", base, out, "--to", "nemo", "--lora", lora);
    assertTrue(run.err().contains("lora-mcore-tp2.nemo changes 4 weights"), run.err());
    assertTrue(configOf(out).contains("  restore_from_path: null"));
  }

  /** One row for each kind of weight, with the numbers of this adapter. */
  @Test
  void theReportHasASectionOfTheAdapter() throws Exception {
    Path page = folder.resolve("page.html");
    Path out = folder.resolve("out.nemo");
    Path base = huggingFace("llama");
    Path lora = adapter("llama");
    convert(base, out, "--lora", lora, "--report", page, "--overwrite");
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(page.toFile());
    var sections = document.getElementsByTagName("section");
    Element section =
        IntStream.range(0, sections.getLength())
            .mapToObj(i -> (Element) sections.item(i))
            .filter(each -> title(each).equals("Merged LoRA"))
            .findFirst()
            .orElseThrow();
    assertTrue(section.getTextContent().contains(lora.getFileName() + " changes"));
    var rows = ((Element) section.getElementsByTagName("tbody").item(0)).getElementsByTagName("tr");
    Run plan = Run.of("plan", base, folder.resolve("none.nemo"), "--lora", lora);
    long merges = plan.out().lines().filter(line -> line.startsWith("merge ")).count();
    assertEquals(merges, rows.getLength());
    for (int row = 0; row < rows.getLength(); row++) {
      assertEquals(4, ((Element) rows.item(row)).getElementsByTagName("td").getLength());
    }
  }

  @Test
  void theReportOfAPlainConversionHasNone() throws Exception {
    Path page = folder.resolve("page.html");
    convert(llama("tiny-llama-gqa"), folder.resolve("out.nemo"), "--report", page);
    assertFalse(Files.readString(page).contains("LoRA"));
  }

  private static String title(Element section) {
    return section.getElementsByTagName("h2").item(0).getTextContent();
  }
}
