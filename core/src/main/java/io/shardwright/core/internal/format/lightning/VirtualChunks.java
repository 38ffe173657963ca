package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.describe.StackStages;
import io.shardwright.core.internal.describe.StageLayers;
import io.shardwright.core.internal.describe.StageLayers.Pipeline;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.LayerStack;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of an interleaved pipeline: a nested dict per chunk, {@code model0}, {@code model1},
 * … Each numbers its layers from 0 (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/transformer.py}); {@link StageLayers} says which
 * they are.
 */
final class VirtualChunks {
  private static final Pattern LAYER = Pattern.compile("(?<=\\.layers\\.)[0-9]{1,6}(?=\\.|$)");
  private static final String HEAD = "word_embeddings_for_head.";

  private final List<PickleValue> chunks;
  private long seen;

  private final Guard guard;
  private final String where;

  private VirtualChunks(List<PickleValue> chunks, Guard guard, String where) {
    this.chunks = chunks;
    this.guard = guard;
    this.where = where;
  }

  /** The chunks of a file; empty where its pipeline is not interleaved. */
  static Optional<VirtualChunks> of(TrainingFile file) {
    var chunks = new ArrayList<PickleValue>();
    while (file.get("model" + chunks.size()).isPresent()) {
      chunks.add(file.get("model" + chunks.size()).get());
    }
    return chunks.isEmpty()
        ? Optional.empty()
        : Optional.of(new VirtualChunks(chunks, file.guard(), file.torch().name()));
  }

  /**
   * Values by their name in the whole model, as a pipeline of plain stages names them.
   *
   * @param config says how many layers there are, by which those of a chunk are numbered
   * @throws MalformedCheckpointException if a chunk has another share of them
   */
  Map<String, PickleValue> values(int stage, int stages, ModelConfig config) {
    var values = new LinkedHashMap<String, PickleValue>();
    var pipeline = new Pipeline(stages, chunks.size(), PipelineSplit.in(config));
    var stack = StackStages.of(LayerStack.DECODER, config, pipeline);
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      int first = stack.chunk(stage, chunk).get(0);
      int own = stack.chunk(stage, chunk).get(1) - first;
      var flat = new LinkedHashMap<String, PickleValue>();
      guard.require(Limit.TENSORS, values.size(), where);
      flatten("", chunks.get(chunk), flat, 0);
      requireLayers(own, flat.keySet(), config.saying(stack.keys(config)));
      flat.forEach((name, value) -> values.put(name(name, first), value));
    }
    return values;
  }

  private void requireLayers(int own, Set<String> names, String said) {
    int found =
        names.stream()
            .map(LAYER::matcher)
            .filter(Matcher::find)
            .mapToInt(layer -> Integer.parseInt(layer.group()) + 1)
            .max()
            .orElse(0);
    if (found != own) {
      throw new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          where,
          "a chunk of its interleaved pipeline holds "
              + found
              + " layers, expected "
              + own
              + ": "
              + said);
    }
  }

  private void flatten(String prefix, PickleValue dict, Map<String, PickleValue> flat, int depth) {
    for (Entry entry : TrainingFile.entries(dict)) {
      guard.require(Limit.TENSORS, ++seen, where);
      if (entry.key() instanceof Text key) {
        String name = prefix + key.value();
        boolean leaf =
            TorchFile.isTensor(entry.value())
                || TrainingFile.entries(entry.value()).isEmpty()
                || depth > 10;
        if (leaf) {
          flat.put(name, entry.value());
        } else {
          flatten(name + ".", entry.value(), flat, depth + 1);
        }
      }
    }
  }

  private static String name(String nested, int first) {
    String plain =
        nested.startsWith(HEAD) ? "word_embeddings." + nested.substring(HEAD.length()) : nested;
    return "model."
        + LAYER
            .matcher(plain)
            .replaceFirst(found -> Integer.toString(first + Integer.parseInt(found.group())));
  }
}
