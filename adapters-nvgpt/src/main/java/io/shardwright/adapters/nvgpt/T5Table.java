package io.shardwright.adapters.nvgpt;

import static io.shardwright.spi.ParameterRule.Stage.EVERY;
import static io.shardwright.spi.ParameterRule.Stage.FIRST;
import static io.shardwright.spi.ParameterRule.Stage.LAST;
import static io.shardwright.spi.ParameterRule.column;
import static io.shardwright.spi.ParameterRule.replicated;
import static io.shardwright.spi.Traits.ExtraState.EMPTY;

import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Size;

/**
 * A T5's parameters (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/token_level_encoder_decoder.py}).
 *
 * @param apart whether encoder and decoder have configurations of their own, as all but the oldest
 *     files have
 */
record T5Table(boolean apart) {
  static final String ENCODER = "encoder";
  static final String DECODER = "decoder";
  static final String POSITIONS = "position_embedding_type";
  static final String SHARED = "share_token_embeddings";
  static final String SHARED_HEAD = "share_decoder_tokens_head_embeddings";
  static final String[] LEARNED = {"null", "learned_absolute"};
  private static final String WORDS = "word_embeddings.weight";
  private static final String PLACES = "position_embeddings.weight";
  private static final String EMBEDDING = "embedding.";
  private static final String RELATIVE = "_relative_position_embedding.";
  private static final String CROSS = "decoder_cross_attention";

  ParameterTable rows() {
    LegacyLayers encoder = stack(ENCODER);
    LegacyLayers decoder = stack(DECODER);
    return words(encoder)
        .and(places(encoder))
        .and(relative(encoder, ENCODER))
        .and(words(decoder))
        .and(places(decoder))
        .and(relative(decoder, DECODER))
        .and(cross(decoder))
        .and(encoder.rows())
        .and(encoder.last())
        .and(decoder.decoderRows())
        .and(decoder.last())
        .and(head(decoder));
  }

  private LegacyLayers stack(String name) {
    return new LegacyLayers(
        "enc_dec_model." + name + ".model.", name + ".", apart ? name + "." : "", name);
  }

  /** Of a decoder whose words are the encoder's files have them once more. */
  private static ParameterTable words(LegacyLayers stack) {
    var own = first(stack, column(stack.name() + "_" + EMBEDDING + WORDS).vocabPaddedRows());
    var sized = own.sized(Size.REST, stack.key("hidden_size"));
    return stack.name().equals(ENCODER)
        ? ParameterTable.of(sized.of(EMBEDDING + WORDS))
        : ParameterTable.of(
            sized.of(EMBEDDING + WORDS).copy().tiedCopy(WORDS).unless(SHARED, "false"),
            sized.of(DECODER + "_" + EMBEDDING + WORDS).when(SHARED, "false"));
  }

  private static ParameterTable places(LegacyLayers stack) {
    var own =
        first(stack, replicated(stack.name() + "_" + EMBEDDING + PLACES))
            .sized("max_position_embeddings", stack.key("hidden_size"))
            .when(stack.key(POSITIONS), LEARNED);
    return stack.name().equals(ENCODER)
        ? ParameterTable.of(own.of(EMBEDDING + PLACES))
        : ParameterTable.of(
            own.of(EMBEDDING + PLACES).copy().unless(SHARED, "false"),
            own.of(DECODER + "_" + EMBEDDING + PLACES).when(SHARED, "false"));
  }

  private static ParameterRule first(LegacyLayers stack, ParameterRule row) {
    return row.on(FIRST).in(stack.name());
  }

  private static ParameterTable relative(LegacyLayers stack, String module) {
    return ParameterTable.of(
        buckets(stack, module).when(stack.key(POSITIONS), "relative"),
        kerple(stack, module + RELATIVE + "kerple_b"),
        kerple(stack, module + RELATIVE + "kerple_a"),
        kerple(stack, module + RELATIVE + "kerple_p"));
  }

  private static ParameterRule buckets(LegacyLayers stack, String module) {
    return replicated(module + RELATIVE + "relative_position_embedding.weight")
        .of(module + "_relative_pos_emb.relative_attention_bias.weight")
        .on(EVERY)
        .in(stack.name())
        .sized(stack.key("relative_attention_num_buckets"), stack.key("num_attention_heads"));
  }

  private static ParameterRule kerple(LegacyLayers stack, String name) {
    return replicated(name)
        .on(EVERY)
        .in(stack.name())
        .sized(stack.key("num_attention_heads"), "1", "1")
        .when(stack.key(POSITIONS), "kerple");
  }

  private static ParameterTable cross(LegacyLayers stack) {
    return ParameterTable.of(
        buckets(stack, CROSS)
            .when(stack.key(POSITIONS), "relative")
            .when(stack.key("relative_position_bias_self_attention_only"), "false"));
  }

  private ParameterTable head(LegacyLayers decoder) {
    var bias =
        column("tokens_head.bias")
            .of("output_layer.bias")
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST)
            .noDecay();
    return ParameterTable.of(
        column("tokens_head.weight")
            .of("output_layer.weight")
            .on(LAST)
            .vocabPaddedRows()
            .sized(Size.REST, decoder.key("hidden_size"))
            .extraState(EMPTY)
            .when(SHARED_HEAD, "false"),
        apart ? bias.unless("tokens_head_bias", "false") : bias.unless(SHARED_HEAD, "false"));
  }
}
