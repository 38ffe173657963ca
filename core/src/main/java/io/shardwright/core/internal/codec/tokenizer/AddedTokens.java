package io.shardwright.core.internal.codec.tokenizer;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelConfig.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The tokens that NeMo 1 adds to those of a tokenizer's file, unless the file has them (NeMo
 * v1.23.0: {@code _build_tokenizer} of {@code megatron_base_model.py}, {@code
 * add_special_tokens_to_tokenizer} of {@code megatron_t5_model.py}, {@code auto_tokenizer.py}).
 */
record AddedTokens(ModelConfig config) {
  private static final String SENTINELS = "tokenizer.num_sentinel_tokens";
  private static final String LISTED = "tokenizer.additional_special_tokens";

  /** No model has more; a configuration that says more is not believed. */
  private static final long MOST = 100_000;

  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** Keys of a T5's configuration, and of no other's that has a tokenizer of its kind. */
  private static final List<String> T5 = List.of("decoder", "share_token_embeddings");

  /** Of every T5 whose pieces are SentencePiece's; the model's own stand in for three of them. */
  private static final List<String> OF_T5 =
      List.of("<cls>", "<sep>", "<mask>", "<pad>", "<bos>", "<eos>");

  Set<String> names() {
    var names = new LinkedHashSet<String>();
    String library = config.text("tokenizer.library").orElse("");
    if (library.equals("huggingface")) {
      roles("tokenizer.special_tokens", names);
    }
    roles(LISTED, names);
    list(LISTED, names);
    list(LISTED + ".additional_special_tokens", names);
    boolean pieces = library.equals("sentencepiece");
    boolean sentinels = pieces || library.equals("huggingface") || library.equals("megatron");
    if (sentinels && T5.stream().anyMatch(config::has)) {
      names.addAll(pieces ? OF_T5 : List.of());
      sentinels(names);
    }
    return names;
  }

  private void sentinels(Set<String> names) {
    long sentinels = Math.min(MOST, config.count(SENTINELS, 0).orElse(0));
    for (long i = 0; i < sentinels; i++) {
      names.add("<extra_id_" + i + ">");
    }
    if (config.text("data.dataset_type").filter("ul2"::equals).isPresent()) {
      names.addAll(List.of("<extra_id_r>", "<extra_id_s>", "<extra_id_x>"));
    }
  }

  private void roles(String key, Set<String> names) {
    if (config.kind(key) == Kind.MAP) {
      ROLES.forEach(role -> config.text(key + "." + role).ifPresent(names::add));
    }
  }

  private void list(String key, Set<String> names) {
    for (int i = 0; config.kind(key) == Kind.LIST && config.has(key + "." + i); i++) {
      config.text(key + "." + i).ifPresent(names::add);
    }
  }
}
