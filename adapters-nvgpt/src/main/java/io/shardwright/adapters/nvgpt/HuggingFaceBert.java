package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.unsaid;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.List;
import java.util.stream.Stream;

/**
 * transformers' BERTs (transformers 5.24.0): {@code megatron-bert}, whose layers are normalized
 * before their parts as those of NeMo 1.23 are ({@code modeling_megatron_bert.py}), and {@code
 * bert}, whose layers are normalized behind them as NeMo 2 knows it ({@code modeling_bert.py}; NeMo
 * v2.0.0, {@code scripts/checkpoint_converters/convert_bert_hf_to_nemo.py}).
 */
final class HuggingFaceBert {
  private static final String TIED = "share_embeddings_and_output_weights";
  private static final Condition HEAD = new Condition(BertTable.LM_HEAD, List.of("false"), true);
  private static final Condition POST =
      new Condition(BertTable.ORDER, List.of(BertTable.POST), false);
  private static final Condition NEMO = new Condition("mcore_bert", List.of("true"), true);

  private HuggingFaceBert() {}

  /** The more general classes last. */
  static List<HuggingFaceModel> models() {
    return List.of(
        model("megatron-bert", "MegatronBertForPreTraining", "")
            .namings(Naming.LEGACY, Naming.MCORE)
            .dialect(keys("24", "1024", "4096", "16", means(BertTable.ORDER, "pre_ln", "null")))
            .names(HuggingFaceBertTable.before())
            .picks(picks(HEAD, new Condition(BertTable.ORDER, List.of("pre_ln", "null"), false)))
            .build(),
        behind("BertForPreTraining", HuggingFaceBertTable.pairs(), "true", "null")
            .namings(Naming.LEGACY)
            .picks(picks(HEAD, NEMO, POST))
            .build(),
        behind("BertForMaskedLM", HuggingFaceBertTable.words(), "true", "null")
            .namings(Naming.LEGACY)
            .picks(picks(HEAD, NEMO, POST))
            .build(),
        behind("BertModel", HuggingFaceBertTable.bare(), "false", "null")
            .namings(Naming.LEGACY, Naming.MCORE)
            .picks(picks(POST))
            .build());
  }

  /**
   * A class with norms behind the layers' parts.
   *
   * @param headed whether it has an output layer, as NeMo says it
   */
  private static HuggingFaceModel.Builder behind(
      String architecture, ParameterTable names, String... headed) {
    var behind = means(BertTable.ORDER, BertTable.POST);
    var keys = keys("12", "768", "3072", "12", behind, means(BertTable.LM_HEAD, headed));
    return model("bert", architecture, "nemo_version: 2.0.0\n")
        .dialect(keys.ignoring("classifier_dropout"))
        .names(names);
  }

  private static HuggingFaceModel.Builder model(String type, String architecture, String version) {
    return HuggingFaceModel.of(type, architecture)
        .restores(BertAdapter.MODEL)
        .base(HuggingFaceModel.text(HuggingFaceBert.class, "bert.yaml") + version);
  }

  private static List<Condition> picks(Condition... own) {
    var all =
        Stream.of(
            new Condition(BertTable.BINARY, List.of("true"), false),
            new Condition("bias", List.of("false"), true),
            new Condition(TIED, List.of("false"), true),
            new Condition(BertTable.POSITIONS, List.of("learned_absolute", "null"), false));
    return Stream.concat(all, Stream.of(own)).toList();
  }

  /**
   * Both of NeMo's networks are told to compute GELU by erf, each by its own key.
   *
   * @param layers how many where the document doesn't say; the sizes alike
   */
  private static Dialect keys(
      String layers, String width, String inner, String heads, ConfigKey... own) {
    String length = "max_position_embeddings";
    var all =
        Stream.of(
            same("num_layers", "num_hidden_layers").orElse(layers),
            same("hidden_size", "hidden_size").orElse(width),
            same("ffn_hidden_size", "intermediate_size").orElse(inner),
            same("num_attention_heads", "num_attention_heads").orElse(heads),
            same(length, length).orElse("512"),
            also("encoder_seq_length", length).orElse("512"),
            also("data.seq_length", length).orElse("512"),
            same("init_method_std", "initializer_range").orElse("0.02"),
            same("layernorm_epsilon", "layer_norm_eps").orElse("1e-12"),
            same("hidden_dropout", "hidden_dropout_prob").orElse("0.1"),
            same("attention_dropout", "attention_probs_dropout_prob").orElse("0.1"),
            only("hidden_act", "gelu"),
            only("type_vocab_size", "2"),
            only("is_decoder", "false"),
            only("add_cross_attention", "false"),
            unsaid("tie_word_embeddings", "true"),
            unsaid("position_embedding_type", "absolute"),
            headSize(),
            means("num_query_groups", "null"),
            means("activation", "gelu"),
            means("bias", "true"),
            means(BertTable.BINARY, "true"),
            means(TIED, "true"),
            means(BertTable.POSITIONS, "learned_absolute"));
    return TransformersKeys.CONFIG
        .ignoring("gradient_checkpointing")
        .with(Stream.concat(all, Stream.of(own)).toArray(ConfigKey[]::new));
  }
}
