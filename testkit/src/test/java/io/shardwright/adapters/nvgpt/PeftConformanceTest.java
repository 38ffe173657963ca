package io.shardwright.adapters.nvgpt;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.testkit.AdapterConformance;
import io.shardwright.testkit.SampleModel;
import java.util.ArrayList;
import java.util.List;

class PeftConformanceTest extends AdapterConformance {
  private static final String CONFIG =
      """
      target: nemo.collections.nlp.models.language_modeling.megatron_gpt_sft_model.MegatronGPTSFTModel
      mcore_gpt: true
      num_layers: 2
      hidden_size: 32
      ffn_hidden_size: 64
      num_attention_heads: 8
      """;
  static final String PROMPT =
      "p_tuning: {virtual_tokens: 8, bottleneck_dim: 16, embedding_dim: 8}";
  private static final List<String> SCHEMES = List.of("lora", "adapter", "ia3", "ptuning");

  @Override
  protected ModelFamilyAdapter adapter() {
    return new PeftAdapter();
  }

  @Override
  protected List<SampleModel> samples() {
    var samples = new ArrayList<SampleModel>();
    for (String scheme : SCHEMES) {
      for (String selection : List.of("null", "[1]")) {
        for (String tuning : tunings()) {
          samples.addAll(both(scheme, tuning.formatted(scheme, selection)));
        }
      }
    }
    return samples;
  }

  /** What the configuration says of a scheme and its layers. */
  List<String> tunings() {
    return List.of(
        "{peft_scheme: %1$s, %1$s_tuning: {adapter_dim: 4, layer_selection: %2$s}, "
            + PROMPT
            + "}");
  }

  private static List<SampleModel> both(String scheme, String peft) {
    var mcore = SampleModel.of(scheme, CONFIG).with("peft", peft);
    var older = mcore.with("mcore_gpt", "false");
    return scheme.equals("lora")
        ? List.of(mcore, older, older.with("megatron_legacy", "true"))
        : List.of(mcore, older);
  }
}
