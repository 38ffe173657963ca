package io.shardwright.testkit;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.TransformersKeys;
import java.util.List;
import java.util.Map;

/** A small family in which everything is right, in both namings, with a Hugging Face class. */
public class TinyAdapter implements ModelFamilyAdapter {
  static final String TARGET = "some.module.TinyModel";
  static final String CONFIG =
      """
      tiny: true
      num_layers: 2
      hidden_size: 8
      ffn_hidden_size: 16
      num_attention_heads: 4
      make_vocab_size_divisible_by: 4
      mcore_gpt: false
      gated: false
      target: some.module.TinyModel
      """;
  private static final String LAYER = "encoder.layers.*.";

  @Override
  public String id() {
    return "tiny";
  }

  @Override
  public List<RestoreClass> restoreClasses() {
    return List.of(RestoreClass.nemo(TARGET));
  }

  @Override
  public SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.TENSOR, ParallelDimension.PIPELINE);
  }

  @Override
  public boolean describes(ModelConfig config) {
    return config.flag("tiny");
  }

  @Override
  public Naming naming(ModelConfig config) {
    return config.flag("mcore_gpt") ? Naming.MCORE : Naming.LEGACY;
  }

  @Override
  public List<Naming> namings(ModelConfig config) {
    return List.of(Naming.LEGACY, Naming.MCORE);
  }

  @Override
  public Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return Map.of("mcore_gpt", naming == Naming.MCORE ? "true" : "false");
  }

  @Override
  public ParameterTable parameters(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE ? mcore() : legacy();
  }

  /** The canonical names. */
  protected ParameterTable mcore() {
    return ParameterTable.of(
        column("words.weight").on(FIRST).vocabPaddedRows(),
        column(LAYER + "linear_qkv.weight").groupedQkv(),
        row(LAYER + "linear_proj.weight").cutBetween("num_attention_heads"),
        column(LAYER + "linear_fc1.weight").unless("gated", "true"),
        column(LAYER + "linear_fc1.weight", 2).when("gated", "true"),
        replicated(LAYER + "norm.weight"),
        replicated("final_norm.weight").on(LAST));
  }

  /** The same under other names. */
  protected ParameterTable legacy() {
    return ParameterTable.of(
        column("embedding.weight").of("words.weight").on(FIRST).vocabPaddedRows(),
        column(LAYER + "qkv.weight").of(LAYER + "linear_qkv.weight").groupedQkv(),
        row(LAYER + "dense.weight")
            .of(LAYER + "linear_proj.weight")
            .cutBetween("num_attention_heads"),
        column(LAYER + "up.weight").of(LAYER + "linear_fc1.weight").unless("gated", "true"),
        column(LAYER + "up.weight", 2).of(LAYER + "linear_fc1.weight").when("gated", "true"),
        replicated(LAYER + "norm.weight"),
        replicated("final_norm.weight").on(LAST));
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
                    ConfigKey.same("num_attention_heads", "heads"),
                    ConfigKey.means("gated", "false")))
            .names(huggingFace())
            .picks(List.of(new Condition("gated", List.of("false"), false)))
            .build());
  }

  /** The class's names. */
  protected ParameterTable huggingFace() {
    return ParameterTable.of(
        column("wte.weight").of("words.weight").on(FIRST).vocabPaddedRows(),
        column("h.*.q.weight").of(LAYER + "linear_qkv.weight").groupedQkv().part(1, 0, 1),
        column("h.*.k.weight").of(LAYER + "linear_qkv.weight").groupedQkv().part(1, 1, 2),
        column("h.*.v.weight").of(LAYER + "linear_qkv.weight").groupedQkv().part(1, 2, 3),
        row("h.*.o.weight").of(LAYER + "linear_proj.weight").cutBetween("num_attention_heads"),
        column("h.*.fc.weight").of(LAYER + "linear_fc1.weight"),
        replicated("h.*.ln.weight").of(LAYER + "norm.weight"),
        replicated("ln_f.weight").of("final_norm.weight").on(LAST));
  }
}
