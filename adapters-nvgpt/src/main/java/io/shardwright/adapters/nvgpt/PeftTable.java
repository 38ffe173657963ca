package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.LowRank;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;
import java.util.List;
import java.util.stream.Stream;

/**
 * Adapters' parameters (NeMo v1.23.0, {@code nemo/collections/nlp/parts/peft_config.py} and {@code
 * nemo/collections/nlp/modules/common/megatron/adapters/parallel_adapters.py}). A LoRA's first
 * factor is cut along its rank and gathered; its second is cut as the weight that it adds to.
 */
final class PeftTable {
  private static final String HEADS = "num_attention_heads";
  private static final String LORA = "self_attention.adapter_layer.lora_kqv_adapter.";
  private static final String IA3 = "self_attention.adapter_layer.";
  private static final String PROMPT = "adapter_layer.ptuning_adapter.";
  private static final String HIDDEN = McoreGptTable.HIDDEN;
  private static final String SCALERS = "hidden_size / num_attention_heads";
  private static final String LORA_RANK = "peft.lora_tuning.adapter_dim";
  private static final String BOTTLENECK = "peft.adapter_tuning.adapter_dim";
  private static final String P_TUNING = "peft.p_tuning.";
  private static final String TOKENS = P_TUNING + "virtual_tokens";
  private static final String INNER = P_TUNING + "bottleneck_dim";
  private static final List<String> BOTTLENECKS =
      List.of("adapter_layer.adapter_1.", "adapter_layer.adapter_2.");

  private PeftTable() {}

  static ParameterTable rows(Naming naming) {
    return rows(naming, false);
  }

  /**
   * The rows.
   *
   * @param tied whether the layers share them, and differ by positions that the first takes too
   */
  private static ParameterTable rows(Naming naming, boolean tied) {
    String layer = layer(naming);
    var rules =
        Stream.of(
                lora(layer, naming, tied).flatMap(rule -> scheme("lora", rule)),
                BOTTLENECKS.stream()
                    .flatMap(name -> bottleneck(layer + name, tied))
                    .flatMap(rule -> scheme("adapter", rule)),
                infused(layer).flatMap(rule -> scheme("ia3", rule)),
                prompt(naming == Naming.MCORE ? "embedding." : "language_model.")
                    .map(rule -> rule.on(FIRST).when("peft.peft_scheme", "ptuning")))
            .flatMap(rows -> rows);
    return new ParameterTable(rules.toList());
  }

  /** What is tied besides: positions by which the layers differ. At TP over 1 NeMo has no bias. */
  static ParameterTable tied(Naming naming) {
    var lora = positions(layer(naming) + LORA, "lora", "num_layers", LORA_RANK);
    var bottlenecks =
        BOTTLENECKS.stream()
            .flatMap(name -> positions(layer(naming) + name, "adapter", "2 * num_layers", HIDDEN));
    return rows(naming, true).and(new ParameterTable(Stream.concat(lora, bottlenecks).toList()));
  }

  private static String layer(Naming naming) {
    return naming == Naming.MCORE ? "decoder.layers.*." : "language_model.encoder.layers.*.";
  }

  /** A selection of layers leaves the others without. */
  private static Stream<ParameterRule> scheme(String scheme, ParameterRule rule) {
    String selection = "peft." + scheme + "_tuning.layer_selection";
    var inForce = rule.when("peft.peft_scheme", scheme);
    return Stream.of(inForce.when(selection, "null"), inForce.optional().unless(selection, "null"));
  }

  private static Stream<ParameterRule> lora(String layer, Naming naming, boolean tied) {
    String weight = McoreGptTable.QKV + "weight";
    var a = column(layer + LORA + "linear_in.weight").of(LowRank.a(weight));
    var b =
        column(layer + LORA + "linear_out.weight")
            .of(LowRank.b(weight))
            .groupedQkv()
            .sized(Size.HEAD, LORA_RANK);
    var byKind = b.stored(new int[] {1, 0, 2}, new int[] {3}).when("megatron_legacy", "true");
    var second =
        naming == Naming.MCORE
            ? Stream.of(b)
            : Stream.of(b.unless("megatron_legacy", "true"), byKind);
    return Stream.concat(first(a, "lora", LORA_RANK, LORA_RANK, tied), second);
  }

  /** The factor that takes the input, and the positions of tied layers behind it. */
  private static Stream<ParameterRule> first(
      ParameterRule rule, String scheme, String rank, String positions, boolean tied) {
    String strategy = strategy(scheme);
    var alone = rule.sized(rank, HIDDEN);
    return tied
        ? Stream.of(
            alone.unless(strategy, "concat", "mlpconcat"),
            rule.sized(rank, HIDDEN + " + " + positions).when(strategy, "concat", "mlpconcat"))
        : Stream.of(alone);
  }

  private static String strategy(String scheme) {
    return "peft." + scheme + "_tuning.position_embedding_strategy";
  }

  private static Stream<ParameterRule> bottleneck(String name, boolean tied) {
    return Stream.concat(
        first(column(name + "linear_in.weight"), "adapter", BOTTLENECK, HIDDEN, tied),
        Stream.of(
            row(name + "linear_out.weight").sized(HIDDEN, BOTTLENECK),
            replicated(name + "layer_norm.weight").sized(HIDDEN).optional(),
            replicated(name + "layer_norm.bias").noDecay().sized(HIDDEN).optional()));
  }

  private static Stream<ParameterRule> infused(String layer) {
    return Stream.of(
        column(layer + IA3 + "key_infused_adapter.scalers").cutBetween(HEADS).sized(SCALERS),
        column(layer + IA3 + "value_infused_adapter.scalers").cutBetween(HEADS).sized(SCALERS),
        column(layer + "mlp.adapter_layer.mlp_infused_adapter.scalers").sized(McoreGptTable.FFN));
  }

  private static Stream<ParameterRule> prompt(String module) {
    return Stream.of(
        replicated(module + PROMPT + "inference_table").sized(TOKENS, HIDDEN),
        replicated(module + PROMPT + "embedding.weight").sized(TOKENS, P_TUNING + "embedding_dim"),
        column(module + PROMPT + "first.weight").sized(INNER, P_TUNING + "embedding_dim"),
        column(module + PROMPT + "first.bias").noDecay().sized(INNER),
        row(module + PROMPT + "second.weight").sized(HIDDEN, INNER),
        replicated(module + PROMPT + "second.bias").noDecay().sized(HIDDEN));
  }

  /**
   * Positions by which the layers differ.
   *
   * @param count how many there are
   * @param size how long one is that is put behind the input
   */
  private static Stream<ParameterRule> positions(
      String name, String scheme, String count, String size) {
    String strategy = strategy(scheme);
    var embeddings = replicated(name + "position_embeddings.weight");
    return Stream.of(
            embeddings.sized(count, HIDDEN).when(strategy, "add"),
            embeddings.sized(count, size).when(strategy, "concat", "mlpconcat"),
            replicated(name + "mlp.0.weight").sized(size, size).when(strategy, "mlpconcat"),
            replicated(name + "mlp.2.weight").sized(size, size).when(strategy, "mlpconcat"))
        .map(rule -> rule.when("peft.peft_scheme", scheme));
  }
}
