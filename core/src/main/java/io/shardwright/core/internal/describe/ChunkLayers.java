package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The numbers of the layers in the chunks of an interleaved pipeline, each of which counts its
 * layers from 0.
 */
public final class ChunkLayers {
  /** Layers of the depths of multi-token prediction are all in one chunk. */
  private static final Pattern LAYER =
      Pattern.compile("(?<=\\.layers\\.)(?<!(?:^|\\.)mtp\\.layers\\.)[0-9]{1,6}(?=\\.|$)");

  private final ModelConfig config;
  private final StackStages stack;

  private ChunkLayers(ModelConfig config, StackStages stack) {
    this.config = config;
    this.stack = stack;
  }

  /** Those of a model on so many stages of so many chunks. */
  public static ChunkLayers of(ModelConfig config, int stages, int chunks) {
    var pipeline = new Pipeline(stages, chunks, PipelineSplit.in(config));
    return new ChunkLayers(config, StackStages.of(LayerStack.DECODER, config, pipeline));
  }

  /** A name of a chunk with its layer numbered in the whole model. */
  public String global(String name, int stage, int chunk) {
    int first = stack.chunk(stage, chunk).get(0);
    return LAYER
        .matcher(name)
        .replaceFirst(found -> Integer.toString(first + Integer.parseInt(found.group())));
  }

  /**
   * Refuses a chunk that has another share of the layers than the configuration says.
   *
   * @param names that it holds
   * @throws MalformedCheckpointException naming the key
   */
  public void require(Set<String> names, int stage, int chunk, String where) {
    var own = stack.chunk(stage, chunk);
    int expected = own.get(1) - own.get(0);
    int found =
        names.stream()
            .map(LAYER::matcher)
            .filter(Matcher::find)
            .mapToInt(layer -> Integer.parseInt(layer.group()) + 1)
            .max()
            .orElse(0);
    if (found != expected) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          where,
          "a chunk of its interleaved pipeline holds "
              + found
              + " layers, expected "
              + expected
              + ": "
              + config.saying(stack.keys(config)));
    }
  }
}
