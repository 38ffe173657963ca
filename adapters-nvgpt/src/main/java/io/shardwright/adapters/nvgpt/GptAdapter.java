package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.KeyRule;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What all families have that NeMo 1.23 restores as {@code MegatronGPTModel}. */
public abstract class GptAdapter implements ModelFamilyAdapter {
  /** What stored Hugging Face models become. */
  public static final String MODEL =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel";

  static final String TUNED =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_sft_model.MegatronGPTSFTModel";

  private static final String NEMO_2_MODELS = "nemo.collections.llm.gpt.model.";

  /** Classes of NeMo 2 that are GPTModel with other values of its fields. */
  private static final List<String> NEMO_2 =
      List.of(
          "base.GPTModel",
          "llama.LlamaModel",
          "mistral.MistralModel",
          "mixtral.MixtralModel",
          "nemotron.NemotronModel",
          "qwen2.Qwen2Model",
          "starcoder2.Starcoder2Model");

  private static final String[] LLAMA_ACTIVATIONS = {"fast-swiglu", "swiglu", "fast-geglu"};

  /** For families that refine GPT. */
  protected GptAdapter() {}

  /**
   * Whether the options are LLaMA's: RMSNorm, a gated activation, rotary positions, no biases.
   *
   * @param config the model's
   * @return false where one of them is another's or absent
   */
  protected static boolean llama(ModelConfig config) {
    return config.text("normalization").filter("rmsnorm"::equals).isPresent()
        && config.text("activation").filter(List.of(LLAMA_ACTIVATIONS)::contains).isPresent()
        && config.text("position_embedding_type").filter("rope"::equals).isPresent()
        && config.kind("bias") != ModelConfig.Kind.NONE
        && !config.flag("bias");
  }

  /**
   * The rows of GPT's that LLaMA's options leave.
   *
   * @param naming Megatron-Core's or NeMo's own
   * @return without conditions on these options
   */
  protected static ParameterTable llama(Naming naming) {
    return Rows.LLAMA.get(naming);
  }

  /** Tables, made once. */
  private static final class Rows {
    static final Map<Naming, ParameterTable> ALL =
        Map.of(Naming.MCORE, McoreGptTable.rows(), Naming.LEGACY, LegacyGptTable.rows());

    static final Map<Naming, ParameterTable> LLAMA =
        Map.of(Naming.MCORE, ofLlama(Naming.MCORE), Naming.LEGACY, ofLlama(Naming.LEGACY));

    private static ParameterTable ofLlama(Naming naming) {
      return GemmaNorms.in(ALL.get(naming))
          .given("bias", "false")
          .given("normalization", "rmsnorm")
          .given("position_embedding_type", "rope")
          .given("activation", LLAMA_ACTIVATIONS)
          .given("headscale", "null", "false")
          .given(McoreGptTable.NAME, McoreGptTable.LLAMA_LIKE);
    }
  }

  static ParameterTable rows(Naming naming) {
    return Rows.ALL.get(naming);
  }

  static Naming stored(ModelConfig config) {
    return config.flag("mcore_gpt") ? Naming.MCORE : Naming.LEGACY;
  }

  @Override
  public final List<RestoreClass> restoreClasses() {
    var own =
        List.of(
            RestoreClass.nemo(MODEL),
            RestoreClass.nemo(TUNED),
            RestoreClass.megatron("megatron.bridge.models.gpt_provider.GPTModelProvider"),
            RestoreClass.megatron(
                "megatron.bridge.models.mistral.mistral_provider.MistralModelProvider"),
            RestoreClass.megatron("megatron.bridge.models.gemma.gemma_provider.GemmaModelProvider"),
            RestoreClass.megatron(
                "megatron.bridge.models.gemma.gemma2_provider.Gemma2ModelProvider"),
            RestoreClass.megatron(
                "megatron.bridge.models.gemma.gemma3_provider.Gemma3ModelProvider"),
            RestoreClass.megatron("megatron.bridge.models.mla_provider.MLAModelProvider"),
            RestoreClass.megatron("argparse.Namespace"));
    var second = NEMO_2.stream().map(name -> RestoreClass.megatron(NEMO_2_MODELS + name));
    return Stream.concat(own.stream(), second).toList();
  }

  @Override
  public final SupportedParallelism parallelism() {
    return SupportedParallelism.of(ParallelDimension.values());
  }

  @Override
  public final List<LayerStack> stacks() {
    return McorePrediction.STACKS;
  }

  @Override
  public final Naming naming(ModelConfig config) {
    return stored(config);
  }

  @Override
  public final List<Naming> namings(ModelConfig config) {
    return List.of(Naming.MCORE, Naming.LEGACY);
  }

  @Override
  public final Map<String, String> defaults() {
    return GptKeys.defaults();
  }

  @Override
  public final List<KeyRule> keyRules() {
    return GptKeys.rules();
  }

  @Override
  public final Map<String, String> namingKeys(ModelConfig config, Naming naming) {
    return naming == Naming.MCORE
        ? Map.of("mcore_gpt", "true")
        : Map.of("mcore_gpt", "false", "transformer_engine", "false");
  }
}
