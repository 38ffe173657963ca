package io.shardwright.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model's figures in words, as far as its configuration has them. */
final class ModelFacts {
  private final Map<String, String> facts;
  private final List<String> words = new ArrayList<>();

  private ModelFacts(Map<String, String> facts) {
    this.facts = facts;
  }

  /** Lines of words between commas; none where nothing is known. */
  static List<String> lines(Map<String, String> facts) {
    return List.of(sizes(facts), kinds(facts), inputs(facts)).stream()
        .filter(line -> !line.isEmpty())
        .toList();
  }

  private static String sizes(Map<String, String> facts) {
    return new ModelFacts(facts)
        .say("num_layers", "%s layers")
        .say("hidden_size", "hidden %s")
        .say("ffn_hidden_size", "ffn %s")
        .say("num_attention_heads", "%s heads")
        .say("num_query_groups", "%s query groups")
        .say("kv_channels", "head size %s")
        .say("num_moe_experts", "%s experts")
        .say("moe_router_topk", "top %s")
        .text();
  }

  private static String kinds(Map<String, String> facts) {
    return new ModelFacts(facts)
        .say("activation", "%s")
        .say("normalization", "%s")
        .say("position_embedding_type", "%s positions")
        .say("rotary_base", "rope base %s")
        .flag("bias", "biases", "no biases")
        .flag("share_embeddings_and_output_weights", "tied embeddings", "untied embeddings")
        .text();
  }

  private static String inputs(Map<String, String> facts) {
    return new ModelFacts(facts)
        .say("vocabulary_rows", "%s vocabulary rows")
        .say("encoder_seq_length", "sequence length %s")
        .say("img_h", "images %s x " + facts.getOrDefault("img_w", "?"))
        .say("patch_dim", "patches of %s")
        .say("num_channels", "%s channels")
        .say("num_classes", "%s classes")
        .say("precision", "precision %s")
        .text();
  }

  private ModelFacts say(String key, String words) {
    if (facts.containsKey(key)) {
      this.words.add(words.replace("%s", facts.get(key)));
    }
    return this;
  }

  private ModelFacts flag(String key, String yes, String no) {
    if (facts.containsKey(key)) {
      words.add(facts.get(key).equalsIgnoreCase("true") ? yes : no);
    }
    return this;
  }

  private String text() {
    return String.join(", ", words);
  }
}
