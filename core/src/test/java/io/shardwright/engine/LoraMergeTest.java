package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    convert(base, out, order -> order.lora(archive("lora-" + name)).grid(tensor, pipeline));
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
    Order.of(archive("lora-mcore-tp1"), lora).done();
    Path out = folder.resolve("sft.nemo");
    convert(base, out, order -> order.lora(lora));
    edit(
        lora.resolve("model_config.yaml"),
        "megatron_gpt_sft_model.MegatronGPTSFTModel",
        "megatron_gpt_model.MegatronGPTModel");
    Path same = folder.resolve("own.nemo");
    convert(base, same, order -> order.lora(lora));
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

  private static void convert(Path base, Path target, UnaryOperator<Order> options) {
    options.apply(Order.of(base, target).to(TargetFormat.NEMO)).done();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "mixtral"})
  void givesWhatPeftGives(String name) throws IOException {
    Path base = huggingFace(name);
    Path lora = adapter(name);
    Path out = folder.resolve("out");
    convert(base, out, order -> order.to(TargetFormat.HUGGING_FACE).lora(lora));
    var found = floats(out);
    assertMerged(floats(base), expected(resource(name + "/merged.safetensors")), found);
    Path nemo = folder.resolve("out.nemo");
    convert(base, nemo, order -> order.lora(lora).grid(2, 2).threads(3));
    convert(nemo, "back");
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
    convert(base, folder.resolve("one"), order -> order.to(TargetFormat.HUGGING_FACE).lora(lora));
    convert(base, folder.resolve("two"), order -> order.to(TargetFormat.HUGGING_FACE).lora(bin));
    assertSame(folder.resolve("one"), folder.resolve("two"), WEIGHTS);
  }

  @Test
  void peftsAdapterFitsANemoArchiveToo() throws IOException {
    Path base = huggingFace("llama");
    Path lora = adapter("llama");
    convert(
        base, folder.resolve("direct"), order -> order.to(TargetFormat.HUGGING_FACE).lora(lora));
    Path nemo = convert(base, "base.nemo", order -> order.grid(2, 4));
    convert(nemo, "by-nemo", order -> order.lora(lora));
    assertSame(folder.resolve("direct"), folder.resolve("by-nemo"), WEIGHTS, CONFIG);
  }

  @Test
  void nemosAdapterFitsAHuggingFaceFolderToo() throws IOException {
    Path lora = archive("lora-mcore-tp2pp2");
    convert(Checkpoints.copy(GQA, folder), folder.resolve("one.nemo"), order -> order.lora(lora));
    convert(llama("tiny-llama-gqa"), folder.resolve("two.nemo"), order -> order.lora(lora));
    assertEquals(
        Checkpoints.found(folder.resolve("one.nemo")),
        Checkpoints.found(folder.resolve("two.nemo")));
  }

  @Test
  void anyTargetHasTheSameValues() throws IOException {
    Path base = Checkpoints.copy(MHA, folder);
    Path lora = archive("lora-legacy-tp2");
    convert(base, folder.resolve("direct.nemo"), order -> order.lora(lora).threads(1));
    Path lora4 = folder.resolve("lora4.nemo");
    Order.of(lora, lora4).grid(4, 2).done();
    Path detour = folder.resolve("detour.nemo");
    convert(
        base,
        detour,
        order ->
            order
                .lora(lora4)
                .grid(4, 2)
                .naming(Naming.MCORE)
                .layout(WeightLayout.DISTRIBUTED)
                .threads(4));
    var direct = logical(folder.resolve("direct.nemo"));
    assertMerged(direct, Map.of(), logical(detour));
  }

  @Test
  void sumsAreRoundedOnce() throws IOException {
    Path half = folder.resolve("half.nemo");
    Path base = huggingFace("llama");
    convert(base, half, order -> order.dtype(DType.BFLOAT16).lossy());
    Path lora = adapter("llama");
    Path wide = folder.resolve("wide.nemo");
    convert(half, wide, order -> order.lora(lora).dtype(DType.FLOAT32));
    Path later = folder.resolve("later.nemo");
    convert(wide, later, order -> order.dtype(DType.BFLOAT16).lossy());
    Path once = folder.resolve("once.nemo");
    assertEquals(0, Order.of(half, once).lora(lora).to(TargetFormat.NEMO).report().inexact());
    assertEquals(Checkpoints.found(later), Checkpoints.found(once));
  }

  @Test
  void selectedLayersAloneChange() throws IOException {
    Path base = Checkpoints.copy(MHA, folder);
    Path out = folder.resolve("out.nemo");
    convert(base, out, order -> order.lora(archive("lora-legacy-layers-1-and-4")));
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
    convert(base, folder.resolve("tied.nemo"), order -> order.lora(archive("lora-legacy-tied")));
    Path untied = folder.resolve("untied");
    Order.of(archive("lora-legacy-tied"), untied).done();
    edit(untied.resolve("model_config.yaml"), "weight_tying: true", "weight_tying: false");
    convert(base, folder.resolve("untied.nemo"), order -> order.lora(untied));
    var tied = Checkpoints.found(folder.resolve("tied.nemo"));
    assertEquals(tied, Checkpoints.found(folder.resolve("untied.nemo")));
    assertTrue(!tied.equals(Checkpoints.found(base)));
  }

  @Test
  void thePlanShowsWhatIsMergedAndWhatTheConfigurationLoses() throws IOException {
    Path base = folder.resolve("base");
    Order.of(Checkpoints.copy(GQA, folder), base).done();
    Path config = base.resolve("model_config.yaml");
    Files.writeString(
        config,
        Files.readString(config) + "peft:\n  peft_scheme: null\n  restore_from_path: a.nemo\n");
    Path lora = archive("lora-mcore-tp2");
    Path out = folder.resolve("out.nemo");
    String plan = Order.of(base, out).lora(lora).plan().toString();
    String merge =
        "lora       nemo-lora-mcore-tp2.nemo: 4 weights change, 4 products, 3072 values\n"
            + "merge      4 x decoder.layers.*.self_attention.linear_qkv.weight, 128 rows, rank 4,"
            + " scale 1.0\n";
    assertTrue(plan.contains(merge), plan);
    String change = "config     peft.restore_from_path: a.nemo -> null\n";
    assertTrue(plan.contains(change), plan);
    assertTrue(Files.notExists(out));
    Attempt run = Order.of(base, out).to(TargetFormat.NEMO).lora(lora).tried();
    assertTrue(run.said().contains("lora-mcore-tp2.nemo changes 4 weights"), run.said());
    assertTrue(configOf(out).contains("  restore_from_path: null"));
  }
}
