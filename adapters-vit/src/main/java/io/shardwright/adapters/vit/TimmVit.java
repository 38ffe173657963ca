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
 * A plain {@code VisionTransformer} of timm 1.0 as its hub folders hold it: {@code config.json}
 * names an architecture, and the tensors' shapes say the rest. Registers, distillation, averaged
 * pooling and other variants have tensors or keys that are refused by name.
 */
final class TimmVit {
  private static final String BLOCK = "blocks.*.";
  private static final String QKV_WEIGHT = BLOCK + "attn.qkv.weight";

  private TimmVit() {}

  static HuggingFaceModel model() {
    var never = List.of("never: a folder of timm needs its origin");
    return HuggingFaceModel.of("timm_vit", "VisionTransformer")
        .restores(VitAdapter.MODEL)
        .namings(Naming.LEGACY)
        .base(HuggingFaceModel.text(HuggingFaceVit.class, "base.yaml"))
        .dialect(keys())
        .names(names())
        .variant(List.of(new Condition("architecture[0]", List.of("vit"), false)))
        .picks(List.of(new Condition("finetune", never, false)))
        .build();
  }

  private static Dialect keys() {
    return TransformersKeys.CONFIG.with(
        same("hidden_size", "model_args.embed_dim", "num_features", "#cls_token@2"),
        same("num_layers", "model_args.depth", "#" + QKV_WEIGHT),
        same("ffn_hidden_size", "#blocks.0.mlp.fc1.weight@0"),
        same("patch_dim", "model_args.patch_size", "#patch_embed.proj.weight@2"),
        same("num_channels", "model_args.in_chans", "#patch_embed.proj.weight@1"),
        same("num_classes", "num_classes", "#head.weight@0"),
        TransformersKeys.imageByPositions("#pos_embed@1"),
        words("num_attention_heads", "model_args.num_heads", heads())
            .from(List.of("model_args.num_heads", "architecture[1]")),
        same("layernorm_epsilon", "model_args.norm_eps").orElse("1e-06"),
        same("hidden_dropout", "model_args.drop_rate").orElse("0.0"),
        only("global_pool", "token"),
        means("activation", "gelu"),
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

  /** By size, as timm's {@code vision_transformer.py} defines them; a number is itself. */
  private static Map<String, String> heads() {
    var heads = new java.util.HashMap<String, String>();
    for (int number = 1; number <= 64; number++) {
      heads.put(Integer.toString(number), Integer.toString(number));
    }
    heads.putAll(
        Map.of(
            "tiny", "3", "small", "6", "medium", "8", "base", "12", "large", "16", "huge", "16"));
    return heads;
  }

  private static ParameterTable names() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(replicated("cls_token").of("backbone.cls_token"));
    rows.add(
        replicated("pos_embed")
            .of("backbone.position_embeddings.weight")
            .stored(new int[] {}, new int[] {0}, new int[] {1}));
    rows.add(
        replicated("patch_embed.proj.weight")
            .of(VitTable.PATCHES)
            .factored(1, count("patch_dim"), count("patch_dim"), rest())
            .stored(new int[] {0}, new int[] {3}, new int[] {1}, new int[] {2}));
    rows.add(replicated("patch_embed.proj.bias").of("backbone.linear_encoder.bias"));
    rows.add(
        column(QKV_WEIGHT)
            .of(VitTable.QKV + "weight")
            .groupedQkv()
            .stored(new int[] {1, 0, 2}, new int[] {3}));
    rows.add(
        column(BLOCK + "attn.qkv.bias")
            .of(VitTable.QKV + "bias")
            .groupedQkv()
            .stored(new int[] {1, 0, 2}));
    String dense = VitTable.LAYER + "self_attention.dense.";
    rows.add(
        row(BLOCK + "attn.proj.weight").of(dense + "weight").cutBetween("num_attention_heads"));
    rows.add(replicated(BLOCK + "attn.proj.bias").of(dense + "bias"));
    rows.add(row(BLOCK + "mlp.fc2.weight").of(VitTable.MLP + "dense_4h_to_h.weight"));
    rows.add(replicated(BLOCK + "mlp.fc2.bias").of(VitTable.MLP + "dense_4h_to_h.bias"));
    for (String part : List.of("weight", "bias")) {
      rows.add(replicated(BLOCK + "norm1." + part).of(VitTable.LAYER + "input_layernorm." + part));
      rows.add(
          replicated(BLOCK + "norm2." + part)
              .of(VitTable.LAYER + "post_attention_layernorm." + part));
      rows.add(column(BLOCK + "mlp.fc1." + part).of(VitTable.MLP + "dense_h_to_4h." + part));
      rows.add(
          replicated("norm." + part)
              .of("backbone.transformer.final_layernorm." + part)
              .on(ParameterRule.Stage.LAST));
      rows.add(replicated("head." + part).of("head." + part).on(ParameterRule.Stage.LAST));
    }
    return new ParameterTable(rows);
  }
}
