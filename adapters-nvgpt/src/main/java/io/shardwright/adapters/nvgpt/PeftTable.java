package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.ParameterRule.row;

import io.shardwright.spi.LowRank;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
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
  private static final List<String> BOTTLENECKS =
      List.of("adapter_layer.adapter_1.", "adapter_layer.adapter_2.");

  private PeftTable() {}

  static ParameterTable rows(Naming naming) {
    String layer = layer(naming);
    var rules =
        Stream.of(
                lora(layer, naming).flatMap(rule -> scheme("lora", rule)),
                BOTTLENECKS.stream()
                    .flatMap(name -> bottleneck(layer + name))
                    .flatMap(rule -> scheme("adapter", rule)),
                infused(layer).flatMap(rule -> scheme("ia3", rule)),
                prompt(naming == Naming.MCORE ? "embedding." : "language_model.")
                    .map(rule -> rule.on(FIRST).when("peft.peft_scheme", "ptuning")))
            .flatMap(rows -> rows);
    return new ParameterTable(rules.toList());
  }

  /** What is tied besides: positions by which the layers differ. At TP over 1 NeMo has no bias. */
  static ParameterTable tied(Naming naming) {
    var lora = Stream.of(LORA).flatMap(name -> positions(layer(naming) + name, "lora"));
    var bottlenecks =
        BOTTLENECKS.stream().flatMap(name -> positions(layer(naming) + name, "adapter"));
    return new ParameterTable(Stream.concat(lora, bottlenecks).toList());
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

  private static Stream<ParameterRule> lora(String layer, Naming naming) {
    String weight = McoreGptTable.QKV + "weight";
    var a = column(layer + LORA + "linear_in.weight").of(LowRank.a(weight));
    var b = column(layer + LORA + "linear_out.weight").of(LowRank.b(weight)).groupedQkv();
    var byKind = b.stored(new int[] {1, 0, 2}, new int[] {3}).when("megatron_legacy", "true");
    return naming == Naming.MCORE
        ? Stream.of(a, b)
        : Stream.of(a, b.unless("megatron_legacy", "true"), byKind);
  }

  private static Stream<ParameterRule> bottleneck(String name) {
    return Stream.of(
        column(name + "linear_in.weight"),
        row(name + "linear_out.weight"),
        replicated(name + "layer_norm.weight").optional(),
        replicated(name + "layer_norm.bias").optional());
  }

  private static Stream<ParameterRule> infused(String layer) {
    return Stream.of(
        column(layer + IA3 + "key_infused_adapter.scalers").cutBetween(HEADS),
        column(layer + IA3 + "value_infused_adapter.scalers").cutBetween(HEADS),
        column(layer + "mlp.adapter_layer.mlp_infused_adapter.scalers"));
  }

  private static Stream<ParameterRule> prompt(String module) {
    return Stream.of(
        replicated(module + PROMPT + "inference_table"),
        replicated(module + PROMPT + "embedding.weight"),
        column(module + PROMPT + "first.weight"),
        column(module + PROMPT + "first.bias"),
        row(module + PROMPT + "second.weight"),
        replicated(module + PROMPT + "second.bias"));
  }

  private static Stream<ParameterRule> positions(String name, String scheme) {
    String strategy = "peft." + scheme + "_tuning.position_embedding_strategy";
    return Stream.of(
            replicated(name + "position_embeddings.weight")
                .when(strategy, "add", "concat", "mlpconcat"),
            replicated(name + "mlp.0.weight").when(strategy, "mlpconcat"),
            replicated(name + "mlp.2.weight").when(strategy, "mlpconcat"))
        .map(rule -> rule.when("peft.peft_scheme", scheme));
  }
}
