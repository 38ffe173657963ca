package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;

import io.shardwright.spi.Extent;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a stack of NeMo's own network, {@code ParallelTransformer} (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/{transformer,attention,mlp}.py}): those of BERT, of
 * T5's encoder and decoder, and of CLIP's towers.
 *
 * @param module the stack's module, with a dot
 * @param canonical what Megatron-Core calls it, with a dot
 * @param keys what stands before the stack's configuration keys, such as {@code encoder.}
 * @param name the stack's name, which counts its last stage
 */
public record LegacyLayers(String module, String canonical, String keys, String name) {
  private static final String[] FAST = {"fast-geglu", "fast-swiglu", "fast-reglu"};
  private static final String[] TWO = {"geglu", "swiglu", "reglu"};
  private static final String[] GATED = {
    "fast-geglu", "fast-swiglu", "fast-reglu", "geglu", "swiglu", "reglu"
  };
  private static final String[] BARE = {"rmsnorm"};
  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";

  /**
   * Names one of the stack's values as the configuration does.
   *
   * @param own the key in the stack's part of it
   * @return dotted path
   */
  public String key(String own) {
    return keys + own;
  }

  private String layer(String own) {
    return module + "layers.*." + own;
  }

  private String of(String own) {
    return canonical + "layers.*." + own;
  }

  private String head() {
    return key("kv_channels | ") + key("hidden_size / ") + key("num_attention_heads");
  }

  /**
   * Describes the layers of an encoder.
   *
   * @return the rows of a layer
   */
  public ParameterTable rows() {
    return attention()
        .and(norm("post_attention_layernorm.", "mlp.linear_fc1.layer_norm_"))
        .and(mlp());
  }

  /** The layers of a decoder, which attend to the encoder's output between the two. */
  ParameterTable decoderRows() {
    return attention()
        .and(norm("post_attention_layernorm.", "pre_cross_attn_layernorm."))
        .and(crossAttention())
        .and(norm("post_inter_attention_layernorm.", "mlp.linear_fc1.layer_norm_"))
        .and(mlp());
  }

  /**
   * Describes the norm behind the layers, where they are normalized before their parts.
   *
   * @return rows for the last stage
   */
  public ParameterTable last() {
    var rows = new ArrayList<ParameterRule>();
    for (ParameterRule rule : norm(module, "final_layernorm.", canonical, "final_layernorm.")) {
      rows.add(rule.on(LAST).in(name).unless(key("transformer_block_type"), "post_ln"));
    }
    return new ParameterTable(rows);
  }

  private ParameterTable norm(String own, String canonicalName) {
    return new ParameterTable(
        norm(module + "layers.*.", own, canonical + "layers.*.", canonicalName));
  }

  private List<ParameterRule> norm(String at, String own, String of, String canonicalName) {
    String hidden = key("hidden_size");
    return List.of(
        replicated(at + own + WEIGHT).of(of + canonicalName + WEIGHT).sized(hidden).noDecay(),
        replicated(at + own + BIAS)
            .of(of + canonicalName + BIAS)
            .sized(hidden)
            .noDecay()
            .unless(key("normalization"), BARE));
  }

  private ParameterTable attention() {
    return norm("input_layernorm.", "self_attention.linear_qkv.layer_norm_")
        .and(ParameterTable.of(xpos()))
        .and(scale("self_attention.", "self_attention."))
        .and(fused("self_attention.query_key_value.", "self_attention.linear_qkv.", 3))
        .and(dense("self_attention.", "self_attention.linear_proj."));
  }

  private ParameterTable crossAttention() {
    String query = "inter_attention.query.";
    String of = "cross_attention.linear_q.";
    Extent heads = Extent.count(key("num_attention_heads"));
    return scale("inter_attention.", "cross_attention.")
        .and(
            ParameterTable.of(
                byHead(query + WEIGHT, of + WEIGHT, heads, Extent.rest())
                    .sized(head(), key("hidden_size"))
                    .extraState(EMPTY),
                byHead(query + BIAS, of + BIAS, heads, Extent.rest())
                    .noDecay()
                    .unless(key(BIAS), "false")))
        .and(fused("inter_attention.key_value.", "cross_attention.linear_kv.", 2))
        .and(dense("inter_attention.", "cross_attention.linear_proj."));
  }

  private ParameterRule byHead(String own, String of, Extent... rows) {
    return column(layer(own))
        .of(of(of))
        .cutBetween(key("num_attention_heads"))
        .factored(0, rows)
        .sized(head());
  }

  /** Head by head; with {@code megatron_legacy} all queries, then all keys, then all values. */
  private ParameterTable fused(String own, String of, int kinds) {
    Extent[] rows = {Extent.count(key("num_attention_heads")), Extent.fixed(kinds), Extent.rest()};
    var weight =
        byHead(own + WEIGHT, of + WEIGHT, rows).sized(head(), key("hidden_size")).extraState(EMPTY);
    var bias = byHead(own + BIAS, of + BIAS, rows).noDecay().unless(key(BIAS), "false");
    String byKind = key("megatron_legacy");
    return ParameterTable.of(
        weight.unless(byKind, "true"),
        weight.stored(new int[] {1, 0, 2}, new int[] {3}).when(byKind, "true"),
        bias.unless(byKind, "true"),
        bias.stored(new int[] {1, 0, 2}).when(byKind, "true"));
  }

  private ParameterTable dense(String own, String of) {
    String hidden = key("hidden_size");
    return ParameterTable.of(
        row(layer(own + "dense.weight"))
            .of(of(of + WEIGHT))
            .cutBetween(key("num_attention_heads"))
            .sized(hidden, head())
            .extraState(EMPTY),
        replicated(layer(own + "dense.bias"))
            .of(of(of + BIAS))
            .sized(hidden)
            .noDecay()
            .unless(key(BIAS), "false"));
  }

  /** A buffer of each layer. */
  private ParameterRule xpos() {
    String own = "self_attention.core_attention.xpos.scale";
    return replicated(layer(own))
        .of(of(own))
        .float32()
        .when(key("position_embedding_type"), "xpos");
  }

  /** A factor for each head. */
  private ParameterTable scale(String own, String of) {
    String heads = key("num_attention_heads");
    return ParameterTable.of(
        row(layer(own + "head_scale_tensor"))
            .of(of(of + "head_scale_tensor"))
            .sized("1", heads, "1", "1")
            .when(key("headscale"), "true"));
  }

  private ParameterTable mlp() {
    String down = "mlp.dense_4h_to_h.";
    String of = "mlp.linear_fc2.";
    return up(WEIGHT)
        .and(up(BIAS))
        .and(
            ParameterTable.of(
                row(layer(down + WEIGHT))
                    .of(of(of + WEIGHT))
                    .sized(key("hidden_size"), key("ffn_hidden_size"))
                    .extraState(EMPTY),
                replicated(layer(down + BIAS))
                    .of(of(of + BIAS))
                    .sized(key("hidden_size"))
                    .noDecay()
                    .unless(key(BIAS), "false")));
  }

  private ParameterTable up(String kind) {
    String activation = key("activation");
    String inner = key("ffn_hidden_size");
    String first = layer("mlp.dense_h_to_4h." + kind);
    String second = layer("mlp.dense_h_to_4h_2." + kind);
    String of = of("mlp.linear_fc1." + kind);
    var rows =
        List.of(
            column(first).of(of).unless(activation, GATED),
            column(first, 2).of(of).when(activation, FAST),
            column(first, 2).of(of).part(0, 0, 1).when(activation, TWO),
            column(second, 2).of(of).part(0, 1, 2).when(activation, TWO));
    return new ParameterTable(
        rows.stream()
            .map(
                rule ->
                    kind.equals(BIAS)
                        ? rule.sized(inner).noDecay().unless(key(BIAS), "false")
                        : rule.sized(inner, key("hidden_size")).extraState(EMPTY))
            .toList());
  }
}
