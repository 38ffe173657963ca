package io.shardwright.spi;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the stages of a pipeline share the layers of a stack: evenly, with a first or last stage of
 * another size, with the embedding or the loss counted as a layer, or by a layout (Megatron-Core
 * 0.19, {@code megatron/core/transformer/transformer_block.py}, {@code get_num_layers_to_build};
 * {@code megatron/core/transformer/transformer_config.py}). Layers are numbered part by part: part
 * <i>v * P + p</i> is chunk <i>v</i> of stage <i>p</i> of <i>P</i>.
 *
 * @param first number of layers of the first stage, at least 1; empty for as many as the others
 * @param last number of layers of the last stage, at least 1; empty for as many as the others
 * @param layout what each part holds; empty for none
 * @param embedding whether the embedding takes the place of a layer in the first part
 * @param loss whether the loss takes the place of a layer in the last part
 */
public record PipelineSplit(
    OptionalInt first,
    OptionalInt last,
    Optional<PipelineLayout> layout,
    boolean embedding,
    boolean loss) {
  /** Configuration key of the number of layers of the first stage. */
  public static final String FIRST = "num_layers_in_first_pipeline_stage";

  /** Configuration key of the number of layers of the last stage. */
  public static final String LAST = "num_layers_in_last_pipeline_stage";

  /** Configuration key of the layout. */
  public static final String LAYOUT = "pipeline_model_parallel_layout";

  /** Configuration key that counts the embedding as a layer. */
  public static final String EMBEDDING = "account_for_embedding_in_pipeline_split";

  /** Configuration key that counts the loss as a layer. */
  public static final String LOSS = "account_for_loss_in_pipeline_split";

  /** Every part has as many layers. */
  public static final PipelineSplit EVEN =
      new PipelineSplit(OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), false, false);

  /**
   * Makes a split by a layout.
   *
   * @param layout what each part holds
   * @return the split
   */
  public static PipelineSplit of(PipelineLayout layout) {
    return new PipelineSplit(
        OptionalInt.empty(), OptionalInt.empty(), Optional.of(layout), false, false);
  }

  /**
   * Gives the first stage a size of its own.
   *
   * @param layers at least 1
   * @return a changed copy
   */
  public PipelineSplit first(int layers) {
    return new PipelineSplit(OptionalInt.of(layers), last, layout, embedding, loss);
  }

  /**
   * Gives the last stage a size of its own.
   *
   * @param layers at least 1
   * @return a changed copy
   */
  public PipelineSplit last(int layers) {
    return new PipelineSplit(first, OptionalInt.of(layers), layout, embedding, loss);
  }

  /**
   * Keeps what does not depend on the number of stages: whether embedding and loss count.
   *
   * @return a changed copy
   */
  public PipelineSplit counted() {
    return new PipelineSplit(
        OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), embedding, loss);
  }

  /**
   * Reads a configuration's split.
   *
   * @param config the configuration
   * @return {@link #EVEN} if it says nothing
   * @throws MalformedCheckpointException if a key has a value that it can't have
   */
  public static PipelineSplit in(ModelConfig config) {
    return new PipelineSplit(
        count(config, FIRST),
        count(config, LAST),
        layout(config),
        config.flag(EMBEDDING),
        config.flag(LOSS));
  }

  private static final int MOST_PARTS = 1 << 20;

  private static OptionalInt count(ModelConfig config, String key) {
    return config.count(key, 1).stream()
        .mapToInt(count -> (int) Math.min(Integer.MAX_VALUE, count))
        .findFirst();
  }

  private static Optional<PipelineLayout> layout(ModelConfig config) {
    if (config.kind(LAYOUT) == ModelConfig.Kind.MAP) {
      throw config.unexpected(LAYOUT, "a text or a list of lists of words");
    }
    try {
      return config.kind(LAYOUT) == ModelConfig.Kind.LIST
          ? Optional.of(PipelineLayout.ofWords(words(config)))
          : config.text(LAYOUT).map(PipelineLayout::parse);
    } catch (IllegalArgumentException odd) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_VALUE, config.where(), LAYOUT + ": " + odd.getMessage());
    }
  }

  private static List<List<String>> words(ModelConfig config) {
    var parts = new ArrayList<List<String>>();
    while (config.has(LAYOUT + "." + parts.size())) {
      String key = LAYOUT + "." + parts.size();
      String part = config.text(key).orElse("");
      if (config.kind(key) != ModelConfig.Kind.LIST) {
        throw config.unexpected(key, "a list of words");
      }
      String words = part.substring(1, part.length() - 1);
      parts.add(words.isBlank() ? List.of() : List.of(words.split(",")));
    }
    return parts;
  }

  /**
   * Tells whether every part is to have as many layers.
   *
   * @return true for {@link #EVEN}
   */
  public boolean isEven() {
    return equals(EVEN);
  }

  /**
   * States the split in a configuration.
   *
   * @return a YAML value for every key; {@code null} or {@code false} where it does not apply
   */
  public Map<String, String> keys() {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put(FIRST, text(first));
    keys.put(LAST, text(last));
    keys.put(LAYOUT, layout.map(PipelineLayout::text).orElse("null"));
    keys.put(EMBEDDING, Boolean.toString(embedding));
    keys.put(LOSS, Boolean.toString(loss));
    return keys;
  }

  private static String text(OptionalInt count) {
    return count.isPresent() ? Integer.toString(count.getAsInt()) : "null";
  }

  /**
   * Tells how many layers each part holds.
   *
   * @param layers in the stack, at least 0
   * @param stages in the pipeline, at least 1
   * @param chunks of each stage: the virtual pipeline size, at least 1
   * @return {@code stages * chunks} numbers whose sum is {@code layers}; empty if the split can't
   *     be made
   */
  public Optional<List<Integer>> parts(int layers, int stages, int chunks) {
    boolean sized = first.isPresent() || last.isPresent();
    int kinds = (layout.isPresent() ? 1 : 0) + (sized ? 1 : 0) + (embedding || loss ? 1 : 0);
    if (kinds > 1 || (long) stages * chunks > MOST_PARTS) {
      return Optional.empty();
    }
    var counts =
        layout.isPresent()
            ? layout.get().counts('t')
            : sized ? sized(layers, stages, chunks) : even(layers, stages, chunks);
    long sum = counts.stream().mapToLong(count -> count).sum();
    boolean whole = counts.size() == (long) stages * chunks && sum == layers;
    boolean negative = counts.stream().anyMatch(count -> count < 0);
    return whole && !negative ? Optional.of(counts) : Optional.empty();
  }

  private List<Integer> even(int layers, int stages, int chunks) {
    long total = (long) layers + (embedding ? 1 : 0) + (loss ? 1 : 0);
    long parts = (long) stages * chunks;
    if (parts > Math.max(1, total) || total % parts != 0) {
      return List.of();
    }
    var counts = new ArrayList<>(Collections.nCopies((int) parts, (int) (total / parts)));
    counts.set(0, counts.get(0) - (embedding ? 1 : 0));
    counts.set(counts.size() - 1, counts.get(counts.size() - 1) - (loss ? 1 : 0));
    return counts;
  }

  private List<Integer> sized(int layers, int stages, int chunks) {
    int middle = stages - (first.isPresent() ? 1 : 0) - (last.isPresent() ? 1 : 0);
    long left = (long) layers - first.orElse(0) - last.orElse(0);
    if (stages > layers || middle < 0 || left < 0 || (left == 0) != (middle == 0)) {
      return List.of();
    }
    if (middle > 0 ? left % middle != 0 : chunks > 1) {
      return List
          .of(); // Megatron-Core 0.19 divides by the number of middle stages where chunks > 1
    }
    var own = new ArrayList<Integer>();
    for (int stage = 0; stage < stages; stage++) {
      boolean begins = stage == 0 && first.isPresent();
      boolean ends = stage == stages - 1 && last.isPresent();
      own.add(
          begins ? first.getAsInt() : ends ? last.getAsInt() : (int) (left / Math.max(1, middle)));
    }
    if (own.stream().anyMatch(count -> count % chunks != 0)) {
      return List.of();
    }
    var counts = new ArrayList<Integer>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      own.forEach(count -> counts.add(count / chunks));
    }
    return counts;
  }
}
