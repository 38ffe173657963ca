package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.KeyRule.unreadable;

import io.shardwright.spi.KeyRule;
import java.util.List;
import java.util.stream.Stream;

/**
 * The keys of T5's configuration that make other networks (NeMo v1.23.0, {@code
 * megatron_lm_encoder_decoder_model.py}, {@code modules/common/megatron/transformer.py}).
 */
final class T5Keys {
  private static final String ENCODER = T5Table.ENCODER + ".";
  private static final String DECODER = T5Table.DECODER + ".";

  private T5Keys() {}

  static List<KeyRule> rules() {
    var old = networks("").map(rule -> rule.when(ENCODER + "num_layers", "null"));
    return Stream.of(networks(ENCODER), networks(DECODER), old, positions())
        .flatMap(rules -> rules)
        .toList();
  }

  private static Stream<KeyRule> networks(String stack) {
    return Stream.of(
        unreadable(
                stack + "transformer_block_type",
                "it normalizes the MLP's inner state over one rank's part, so that the model"
                    + " depends on the number of ranks")
            .is("normformer"),
        unreadable(stack + "transformer_block_type", "NeMo has no such block")
            .isNot("null", "pre_ln", "post_ln", "normformer"),
        unreadable(stack + "arch", "only plain transformers are supported")
            .isNot("null", "transformer"),
        unreadable(stack + "num_moe_experts", "experts in NeMo's own network are not supported")
            .isNot("null", "0", "1"),
        unreadable(stack + "normalization", "models with this norm are not supported")
            .isNot("null", "layernorm", "layernorm1p", "rmsnorm"),
        unreadable(stack + T5Table.POSITIONS, "models with these positions are not supported")
            .is("learned_parameters"));
  }

  /** Over one stage the decoder's embedding is the encoder's, with its positions or without. */
  private static Stream<KeyRule> positions() {
    String reason =
        "if encoder and decoder share the embedding, both must have learned positions or neither";
    String encoder = ENCODER + T5Table.POSITIONS;
    var rule = unreadable(DECODER + T5Table.POSITIONS, reason).unless(T5Table.SHARED, "false");
    return Stream.of(
        rule.is(T5Table.LEARNED).unless(encoder, T5Table.LEARNED),
        rule.isNot(T5Table.LEARNED).when(encoder, T5Table.LEARNED));
  }
}
