package io.shardwright.adapters.vit;

import static io.shardwright.spi.Extent.count;
import static io.shardwright.spi.Extent.rest;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.config.ConfigKey.headSize;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.only;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.TransformersKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code ViTForImageClassification} of transformers 4.36. The two networks are equal where NeMo has
 * one class token, a linear classifier and an exact GELU.
 */
final class HuggingFaceVit {
  private static final String VIT = "vit.embeddings.";
  private static final String LAYER = "vit.encoder.layer.*.";

  private HuggingFaceVit() {}

  static HuggingFaceModel model() {
    return HuggingFaceModel.of("vit", "ViTForImageClassification")
        .restores(VitAdapter.MODEL)
        .namings(Naming.LEGACY)
        .base(HuggingFaceModel.text(HuggingFaceVit.class, "base.yaml"))
        .dialect(keys().ignoring("pooler_act", "pooler_output_size", "tie_word_embeddings"))
        .names(names())
        .picks(
            List.of(
                new Condition("finetune", List.of("true"), false),
                new Condition("class_token_length", List.of("1"), false)))
        .build();
  }

  private static Dialect keys() {
    return TransformersKeys.CONFIG.with(
        same("num_layers", "num_hidden_layers").orElse("12"),
        same("hidden_size", "hidden_size").orElse("768"),
        same("ffn_hidden_size", "intermediate_size").orElse("3072"),
        same("num_attention_heads", "num_attention_heads").orElse("12"),
        TransformersKeys.PATCH,
        TransformersKeys.IMAGE,
        same("num_channels", "num_channels").orElse("3"),
        TransformersKeys.LABELS,
        same("layernorm_epsilon", "layer_norm_eps").orElse("1e-12"),
        same("init_method_std", "initializer_range").orElse("0.02"),
        same("hidden_dropout", "hidden_dropout_prob").orElse("0.0"),
        same("attention_dropout", "attention_probs_dropout_prob").orElse("0.0"),
        words("activation", "hidden_act", Map.of("gelu", "gelu")).orElse("gelu"),
        only("qkv_bias", "true"),
        headSize(),
        means("class_token_length", "1"),
        means("finetune", "true"),
        means("openai_gelu", "false"),
        means("bias_activation_fusion", "false"),
        means("layerscale", "false"),
        means("preprocess_layernorm", "false"),
        means("normalization", "layernorm"),
        means("position_embedding_type", "learned_absolute"));
  }

  private static ParameterTable names() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(replicated(VIT + "cls_token").of("backbone.cls_token"));
    rows.add(
        replicated(VIT + "position_embeddings")
            .of("backbone.position_embeddings.weight")
            .stored(new int[] {}, new int[] {0}, new int[] {1}));
    rows.add(
        replicated(VIT + "patch_embeddings.projection.weight")
            .of(VitTable.PATCHES)
            .factored(1, count("patch_dim"), count("patch_dim"), rest())
            .stored(new int[] {0}, new int[] {3}, new int[] {1}, new int[] {2}));
    rows.add(
        replicated(VIT + "patch_embeddings.projection.bias").of("backbone.linear_encoder.bias"));
    for (String part : List.of("weight", "bias")) {
      rows.addAll(layer(part));
    }
    for (String part : List.of("weight", "bias")) {
      rows.add(
          replicated("vit.layernorm." + part)
              .of("backbone.transformer.final_layernorm." + part)
              .on(ParameterRule.Stage.LAST));
      rows.add(replicated("classifier." + part).of("head." + part).on(ParameterRule.Stage.LAST));
    }
    return new ParameterTable(rows);
  }

  private static List<ParameterRule> layer(String part) {
    var rows = new ArrayList<ParameterRule>();
    String attention = LAYER + "attention.";
    norm("layernorm_before." + part, "input_layernorm." + part, rows);
    for (int kind = 0; kind < 3; kind++) {
      String name = List.of("query.", "key.", "value.").get(kind);
      rows.add(
          column(attention + "attention." + name + part)
              .of(VitTable.QKV + part)
              .groupedQkv()
              .part(1, kind, kind + 1));
    }
    boolean weight = part.equals("weight");
    String dense = VitTable.LAYER + "self_attention.dense.";
    rows.add(
        weight
            ? row(attention + "output.dense.weight")
                .of(dense + part)
                .cutBetween("num_attention_heads")
            : replicated(attention + "output.dense.bias").of(dense + part));
    norm("layernorm_after." + part, "post_attention_layernorm." + part, rows);
    rows.add(
        column(LAYER + "intermediate.dense." + part).of(VitTable.MLP + "dense_h_to_4h." + part));
    String down = VitTable.MLP + "dense_4h_to_h." + part;
    rows.add(
        weight
            ? row(LAYER + "output.dense.weight").of(down)
            : replicated(LAYER + "output.dense.bias").of(down));
    return rows;
  }

  private static void norm(String name, String of, List<ParameterRule> rows) {
    rows.add(replicated(LAYER + name).of(VitTable.LAYER + of));
  }
}
