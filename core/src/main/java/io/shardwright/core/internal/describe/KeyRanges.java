package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelConfig.Kind;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Checks keys whose values no tensor's shape shows, where no model has such a value (NeMo v1.23.0,
 * {@code megatron_gpt_model.py} and {@code language_model.py}, which asserts 0 < rotary_percentage
 * <= 1; Megatron-LM core_v0.5.0, {@code transformer_config.py} and {@code moe/router.py}, which
 * picks the experts with {@code torch.topk}).
 */
record KeyRanges(ModelConfig config) {
  private static final String POSITIONS = "position_embedding_type";
  private static final String ROTARY = "rotary_percentage";
  private static final String EXPERTS = "num_moe_experts";
  private static final String CHOSEN = "moe_router_topk";
  private static final String WINDOW = "window_size";
  private static final List<String> COUNTS =
      List.of("max_position_embeddings", "encoder_seq_length", EXPERTS);
  private static final Pattern DECIMAL = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");
  private static final Pattern PAIR =
      Pattern.compile("\\[\\s*(-1|\\d{1,18})\\s*,\\s*(-1|\\d{1,18})\\s*]");

  /**
   * Refuses other values.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming the first key
   */
  void require() {
    COUNTS.stream().filter(this::isKnown).forEach(key -> config.count(key, 1));
    requireChosen();
    if (config.text(POSITIONS).filter("rope"::equals).isPresent()) {
      requirePart();
    }
    if (isKnown(WINDOW) && !PAIR.matcher(config.text(WINDOW).orElse("")).matches()) {
      throw config.unexpected(WINDOW, "[tokens before, tokens after], -1 for all");
    }
  }

  /** Whether a key has a value, and none that only NeMo can work out. */
  private boolean isKnown(String key) {
    return config.kind(key) != Kind.NONE
        && config.text(key).filter(text -> text.contains("${")).isEmpty();
  }

  private void requireChosen() {
    if (isKnown(EXPERTS) && isKnown(CHOSEN)) {
      long experts = config.count(EXPERTS, 1).orElseThrow();
      OptionalLong chosen = config.count(CHOSEN, 1);
      if (chosen.orElse(1) > experts) {
        throw config.unexpected(CHOSEN, "at most as many as there are: " + config.says(EXPERTS));
      }
    }
  }

  private void requirePart() {
    if (isKnown(ROTARY) && !isPart(config.text(ROTARY).orElse(""))) {
      throw config.unexpected(ROTARY, "a number above 0, at most 1");
    }
  }

  private static boolean isPart(String text) {
    double part = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : 0;
    return part > 0 && part <= 1;
  }
}
