package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.LayerSet;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.LayerStack.Stages;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.TransformersKeys;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Experts and further layers in folders of Hugging Face, in every form that is read. */
class ExpertFoldersTest {
  private static final String CONFIG =
      TinyAdapter.CONFIG + "num_query_groups: 4\nnum_moe_experts: 4\nmore_layers: 2\n";

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /** How a folder has the experts of a layer. */
  private enum Form {
    PER_EXPERT,
    FUSED,
    TRANSPOSED
  }

  /** A family whose class writes one form, and reads another too. */
  private static final class Adapter extends TinyAdapter {
    private static final String LAYER = "encoder.layers.*.";
    private static final String FUSED = "h.*.mlp.experts.";
    private static final String IN = LAYER + "mlp.experts.local_experts.*.linear_fc1.weight";
    private static final String OUT = LAYER + "mlp.experts.local_experts.*.linear_fc2.weight";
    private final Form written;
    private final Form read;

    Adapter(Form written, Form read) {
      this.written = written;
      this.read = read;
    }

    @Override
    public SupportedParallelism parallelism() {
      return SupportedParallelism.of(ParallelDimension.values());
    }

    @Override
    public List<LayerStack> stacks() {
      return List.of(
          LayerStack.of("encoder", "num_layers", "encoder.layers."),
          LayerStack.of("further", "more_layers", "mtp.layers.").on(Stages.LAST));
    }

    @Override
    public ParameterTable parameters(ModelConfig config, Naming naming) {
      return mcore();
    }

    @Override
    protected ParameterTable mcore() {
      return ParameterTable.of(
          column("words.weight").on(FIRST).vocabPaddedRows(),
          replicated(LAYER + "norm.weight").sized("hidden_size"),
          column(IN, 2).perExpert("num_moe_experts").sized("ffn_hidden_size", "hidden_size"),
          row(OUT).perExpert("num_moe_experts").sized("hidden_size", "ffn_hidden_size"),
          replicated(LAYER + "mlp.router.bias").float32(),
          replicated("final_norm.weight").on(LAST),
          column("mtp.layers.*.eh_proj.weight"));
    }

    @Override
    public List<HuggingFaceModel> huggingFaceModels() {
      return List.of(
          HuggingFaceModel.of("tiny", "TinyForCausalLM")
              .restores(TARGET)
              .namings(Naming.LEGACY)
              .base(CONFIG)
              .dialect(
                  TransformersKeys.CONFIG.with(
                      ConfigKey.same("num_layers", "layers"),
                      ConfigKey.same("num_moe_experts", "experts")))
              .names(huggingFace())
              .build());
    }

    @Override
    protected ParameterTable huggingFace() {
      var last = LayerSet.first("num_layers");
      var further =
          ParameterTable.of(
              column("h.{num_layers}+*.eh_proj.weight").of("mtp.layers.*.eh_proj.weight"),
              column("h.{num_layers}.wte.weight").of("words.weight").copy().vocabPaddedRows(),
              column("h.{num_layers + 1}.wte.weight").of("words.weight").copy().vocabPaddedRows());
      return ParameterTable.of(
              column("wte.weight").of("words.weight").on(FIRST).vocabPaddedRows(),
              replicated("h.*.ln.weight").of(LAYER + "norm.weight").onLayers(last),
              replicated("h.*.gate.bias").of(LAYER + "mlp.router.bias"),
              replicated("ln_f.weight").of("final_norm.weight").on(LAST))
          .and(experts(written))
          .and(
              read == written
                  ? ParameterTable.of()
                  : new ParameterTable(
                      experts(read).rules().stream().map(r -> r.readAlone()).toList()))
          .and(further);
    }

    private static ParameterTable experts(Form form) {
      var rows =
          switch (form) {
            case PER_EXPERT ->
                ParameterTable.of(
                    column(FUSED + "*.gate.weight", 2).of(IN).part(0, 0, 1),
                    column(FUSED + "*.up.weight", 2).of(IN).part(0, 1, 2),
                    row(FUSED + "*.down.weight").of(OUT));
            case FUSED ->
                ParameterTable.of(column(FUSED + "gate_up", 2).of(IN), row(FUSED + "down").of(OUT));
            case TRANSPOSED ->
                ParameterTable.of(
                    column(FUSED + "gate_up", 2).of(IN).stored(new int[] {2}, new int[] {0, 1}),
                    row(FUSED + "down").of(OUT).stored(new int[] {1}, new int[] {0}));
          };
      return new ParameterTable(
          rows.rules().stream().map(r -> r.perExpert("num_moe_experts")).toList());
    }
  }

  private Workbench bench(Form written, Form read) {
    var sample = SampleModel.of("experts", CONFIG);
    return Workbench.of(new Adapter(written, read), sample, folder.resolve("one"));
  }

  private static Path folder(Workbench bench, Path from) {
    return bench.reshard(from, to -> to.format(TargetFormat.HUGGING_FACE));
  }

  private static Map<String, String> sums(Workbench bench, Path checkpoint) {
    var sums = new TreeMap<>(bench.canonicalSums(checkpoint));
    sums.remove("words.weight");
    return sums;
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void readsEveryFormAndWritesOne(Form form) throws IOException {
    Workbench bench = bench(form, form);
    Path stored = folder(bench, bench.source());
    var sample = SampleModel.of("experts", CONFIG);
    var reader =
        Workbench.of(
            new Adapter(Form.PER_EXPERT, form),
            sample,
            Files.createDirectory(folder.resolve("other")));
    assertEquals(sums(bench, bench.source()), sums(reader, stored));
    Path cut =
        reader.reshard(
            stored,
            to ->
                to.tensorModelParallelSize(2)
                    .expertModelParallelSize(2)
                    .expertTensorParallelSize(1)
                    .layout(WeightLayout.RANKS));
    Path back = folder(reader, cut);
    var names = reader.sums(back).keySet();
    assertTrue(names.contains("h.1.mlp.experts.3.gate.weight"), names.toString());
    assertFalse(names.contains("h.1.mlp.experts.gate_up"), names.toString());
    assertEquals(sums(bench, bench.source()), sums(reader, back));
  }

  @Test
  void numbersFurtherLayersBehindTheOthersWithCopiesOfTheEmbedding() {
    Workbench bench = bench(Form.PER_EXPERT, Form.FUSED);
    Path stored = folder(bench, bench.source());
    var names = bench.sums(stored).keySet();
    for (String name : List.of("h.2.eh_proj.weight", "h.3.eh_proj.weight", "h.3.wte.weight")) {
      assertTrue(names.contains(name), names.toString());
    }
    var sums = bench.sums(stored);
    assertEquals(sums.get("wte.weight"), sums.get("h.2.wte.weight"));
    assertEquals(sums(bench, bench.source()), sums(bench, stored));
  }

  @Test
  void keepsWhatIsAlwaysFloat32() {
    Workbench bench = bench(Form.PER_EXPERT, Form.FUSED);
    Path half = bench.reshard(bench.source(), to -> to.dtype(DType.BFLOAT16).allowLossy(true));
    assertTrue(
        bench.sums(half).get("model.encoder.layers.0.mlp.router.bias").startsWith("float32"));
  }

  @ParameterizedTest
  @CsvSource({"5, without 1 tensor", "3, with 2 tensors"})
  void namesTheExpertThatIsTooManyOrAbsent(int stated, String how) throws IOException {
    Workbench bench = bench(Form.PER_EXPERT, Form.FUSED);
    Path stored = folder(bench, bench.source());
    Path config = stored.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"experts\": 4", "\"experts\": " + stated));
    var refusal = assertThrows(MalformedCheckpointException.class, () -> folder(bench, stored));
    String name = how + ", 'h.0.mlp.experts." + Math.min(stated, 4) + ".gate.weight'";
    assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
  }

  @Test
  void namesTheExpertThatAFusedTensorLacksByTheFilesOwnName() throws IOException {
    Workbench bench = bench(Form.FUSED, Form.FUSED);
    Path stored = folder(bench, bench.source());
    var reader =
        Workbench.of(
            new Adapter(Form.PER_EXPERT, Form.FUSED),
            SampleModel.of("experts", CONFIG),
            Files.createDirectory(folder.resolve("other")));
    Path config = stored.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, text.replace("\"experts\": 4", "\"experts\": 5"));
    var refusal = assertThrows(MalformedCheckpointException.class, () -> folder(reader, stored));
    String name = "'h.0.mlp.experts.gate_up' of expert '4'";
    assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
  }
}
