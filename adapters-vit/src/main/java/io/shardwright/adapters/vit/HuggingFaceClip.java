package io.shardwright.adapters.vit;

import static io.shardwright.spi.Extent.count;
import static io.shardwright.spi.Extent.fixed;
import static io.shardwright.spi.Extent.rest;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.config.ConfigKey.also;
import static io.shardwright.spi.config.ConfigKey.means;
import static io.shardwright.spi.config.ConfigKey.same;
import static io.shardwright.spi.config.ConfigKey.states;
import static io.shardwright.spi.config.ConfigKey.words;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.config.ConfigKey;
import io.shardwright.spi.config.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * transformers' {@code CLIPModel} (transformers 5.24.0, {@code modeling_clip.py}). Its patches have
 * no bias, as NeMo's have: zeros are made for it, and a model with others can't be written.
 */
final class HuggingFaceClip {
  private static final String VISION = "vision_model.";
  private static final String TEXT = "text_model.";

  private HuggingFaceClip() {}

  static HuggingFaceModel model() {
    return HuggingFaceModel.of("clip", "CLIPModel")
        .restores(ClipAdapter.MODEL)
        .namings(Naming.LEGACY)
        .base(HuggingFaceModel.text(HuggingFaceClip.class, "clip.yaml"))
        .dialect(keys())
        .names(names())
        .picks(
            List.of(
                new Condition("vision.class_token_length", List.of("1"), false),
                new Condition("vision.preprocess_layernorm", List.of("true"), false),
                new Condition("vision.layerscale", List.of("true"), true),
                new Condition("vision.img_w", List.of("${vision.img_h}"), false),
                new Condition("text.output_dim", List.of("${vision.output_dim}"), false)))
        .build();
  }

  /** With 2 for the end of a text, transformers takes the largest id's state, as NeMo does. */
  private static Dialect keys() {
    var rows = new ArrayList<ConfigKey>();
    rows.add(same("vision.output_dim", "projection_dim").orElse("512"));
    rows.add(also("text.output_dim", "projection_dim").orElse("512"));
    rows.add(also("output_dim", "projection_dim").orElse("512"));
    tower("vision", List.of("12", "768", "3072", "12"), rows);
    rows.add(same("vision.patch_dim", "vision_config.patch_size").orElse("32"));
    rows.add(same("vision.img_h", "vision_config.image_size").orElse("224"));
    rows.add(also("vision.img_w", "vision_config.image_size").orElse("224"));
    rows.add(same("vision.num_channels", "vision_config.num_channels").orElse("3"));
    rows.add(means("vision.class_token_length", "1"));
    rows.add(means("vision.preprocess_layernorm", "true"));
    rows.add(means("vision.global_average_pool", "false"));
    rows.add(means("vision.layerscale", "false", "null"));
    tower("text", List.of("12", "512", "2048", "8"), rows);
    String length = "text_config.max_position_embeddings";
    rows.add(same("text.max_position_embeddings", length).orElse("77"));
    rows.add(also("text.encoder_seq_length", length).orElse("77"));
    rows.add(states("text_config.eos_token_id", "2"));
    return Dialect.of("config.json")
        .ignoring("_name_or_path", "architectures", "model_type", "transformers_version")
        .ignoring("torch_dtype", "dtype", "vocab_size", "initializer_factor")
        .ignoring("logit_scale_init_value", "text_config_dict", "vision_config_dict")
        .ignoring(neutral("text_config."))
        .ignoring(neutral("vision_config."))
        .with(rows.toArray(ConfigKey[]::new));
  }

  private static String[] neutral(String part) {
    return List.of(
            "model_type",
            "projection_dim",
            "initializer_factor",
            "vocab_size",
            "bos_token_id",
            "eos_token_id",
            "pad_token_id",
            "transformers_version",
            "torch_dtype",
            "dtype")
        .stream()
        .map(key -> part + key)
        .toArray(String[]::new);
  }

  /**
   * What both towers have.
   *
   * @param usual layers, width, width of the MLP and heads
   */
  private static void tower(String tower, List<String> usual, List<ConfigKey> rows) {
    String own = tower + ".";
    String config = tower + "_config.";
    var functions = Map.of("quick_gelu", "approx-gelu", "gelu", "gelu");
    rows.add(same(own + "num_layers", config + "num_hidden_layers").orElse(usual.get(0)));
    rows.add(same(own + "hidden_size", config + "hidden_size").orElse(usual.get(1)));
    rows.add(same(own + "ffn_hidden_size", config + "intermediate_size").orElse(usual.get(2)));
    rows.add(
        same(own + "num_attention_heads", config + "num_attention_heads").orElse(usual.get(3)));
    rows.add(same(own + "layernorm_epsilon", config + "layer_norm_eps").orElse("1e-05"));
    rows.add(same(own + "init_method_std", config + "initializer_range").orElse("0.02"));
    rows.add(same(own + "attention_dropout", config + "attention_dropout").orElse("0.0"));
    rows.add(words(own + "activation", config + "hidden_act", functions).orElse("quick_gelu"));
    rows.add(means(own + "bias_activation_fusion", "false"));
    rows.add(means(own + "openai_gelu", "false"));
    rows.add(means(own + "onnx_safe", "false"));
    rows.add(means(own + "kv_channels", "null"));
    rows.add(means(own + "normalization", "layernorm"));
    rows.add(means(own + "position_embedding_type", "learned_absolute", "learned_parameters"));
  }

  private static ParameterTable names() {
    var rows = new ArrayList<ParameterRule>();
    rows.add(replicated("logit_scale").on(FIRST));
    rows.add(
        replicated(VISION + "embeddings.class_embedding")
            .of(ClipTable.BACKBONE + "cls_token")
            .on(FIRST)
            .stored(new int[] {0, 1, 2}));
    rows.add(
        replicated(VISION + "embeddings.patch_embedding.weight")
            .of(ClipTable.PATCHES)
            .on(FIRST)
            .factored(1, count("vision.patch_dim"), count("vision.patch_dim"), rest())
            .stored(new int[] {0}, new int[] {3}, new int[] {1}, new int[] {2}));
    rows.add(
        replicated(VISION + "embeddings.position_embedding.weight").of(ClipTable.PLACES).on(FIRST));
    pair(VISION + "pre_layrnorm.", ClipTable.BACKBONE + "preprocess_layernorm.", rows);
    layers("vision", VISION, ClipTable.VISION_LAYERS, rows);
    pair(VISION + "post_layernorm.", ClipTable.VISION_LAYERS + "final_layernorm.", rows);
    rows.add(replicated("visual_projection.weight").of(ClipTable.VISION + "head.weight").on(LAST));
    rows.add(
        column(TEXT + "embeddings.token_embedding.weight")
            .of(ClipTable.WORDS)
            .on(FIRST)
            .vocabPaddedRows());
    rows.add(
        replicated(TEXT + "embeddings.position_embedding.weight")
            .of(ClipTable.TEXT_PLACES)
            .on(FIRST));
    layers("text", TEXT, ClipTable.TEXT_LAYERS, rows);
    pair(TEXT + "final_layer_norm.", ClipTable.TEXT_LAYERS + "final_layernorm.", rows);
    rows.add(replicated("text_projection.weight").of(ClipTable.TEXT + "head.weight").on(LAST));
    return new ParameterTable(rows);
  }

  private static void pair(String name, String of, List<ParameterRule> rows) {
    for (String part : List.of("weight", "bias")) {
      rows.add(replicated(name + part).of(of + part));
    }
  }

  private static void layers(
      String tower, String module, String canonical, List<ParameterRule> rows) {
    String layer = module + "encoder.layers.*.";
    String of = canonical + "layers.*.";
    String attention = layer + "self_attn.";
    String heads = tower + ".num_attention_heads";
    pair(layer + "layer_norm1.", of + "self_attention.linear_qkv.layer_norm_", rows);
    pair(layer + "layer_norm2.", of + "mlp.linear_fc1.layer_norm_", rows);
    for (String part : List.of("weight", "bias")) {
      for (int kind = 0; kind < 3; kind++) {
        String name = List.of("q_proj.", "k_proj.", "v_proj.").get(kind);
        rows.add(
            column(attention + name + part)
                .of(of + "self_attention.linear_qkv." + part)
                .cutBetween(heads)
                .factored(0, count(heads), fixed(3), rest())
                .part(1, kind, kind + 1));
      }
      rows.add(column(layer + "mlp.fc1." + part).of(of + "mlp.linear_fc1." + part));
    }
    rows.add(
        row(attention + "out_proj.weight")
            .of(of + "self_attention.linear_proj.weight")
            .cutBetween(heads));
    rows.add(replicated(attention + "out_proj.bias").of(of + "self_attention.linear_proj.bias"));
    rows.add(row(layer + "mlp.fc2.weight").of(of + "mlp.linear_fc2.weight"));
    rows.add(replicated(layer + "mlp.fc2.bias").of(of + "mlp.linear_fc2.bias"));
  }
}
