package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.describe.ChunkLayers;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The weights of an interleaved pipeline: a nested dict per chunk, {@code model0}, {@code model1},
 * … Each numbers its layers from 0 (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/transformer.py}); {@link ChunkLayers} says which
 * they are.
 */
final class VirtualChunks {
  private static final String HEAD = "word_embeddings_for_head.";
  private static final String COPY = "word_embeddings.";

  /** The modules whose dicts hold dicts of modules. */
  private static final Set<String> NESTING = Set.of("language_model", "embedding");

  private final List<PickleValue> chunks;
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
    var layers = ChunkLayers.of(config, stages, chunks.size());
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      int number = chunk;
      var flat = NestedState.flat(chunks.get(chunk), guard, where);
      layers.require(flat.keySet(), stage, chunk, where);
      flat.forEach(
          (name, value) -> values.put("model." + layers.global(plain(name), stage, number), value));
      guard.require(Limit.TENSORS, values.size(), where);
    }
    return values;
  }

  /**
   * Puts a value into the dict of its chunk, as NeMo nests them.
   *
   * @param name as a pipeline of plain stages names it, its layer numbered in the chunk
   */
  static void put(Dict chunk, String name, PickleValue value) {
    String own = name.replaceFirst("^model\\.(module\\.)?", "");
    String nested = own.startsWith(COPY) ? HEAD + own.substring(COPY.length()) : own;
    Dict dict = chunk;
    boolean leaf = false;
    for (int dot = nested.indexOf('.'); dot > 0 && !leaf; dot = nested.indexOf('.')) {
      String key = nested.substring(0, dot);
      leaf = !NESTING.contains(key);
      dict = (Dict) TrainingFile.get(dict, key).orElseGet(added(dict, key));
      nested = nested.substring(dot + 1);
    }
    dict.put(new Text(nested), value);
  }

  private static Supplier<Dict> added(Dict dict, String key) {
    return () -> {
      var made = new Dict();
      dict.put(new Text(key), made);
      return made;
    };
  }

  private static String plain(String nested) {
    return nested.startsWith(HEAD) ? COPY + nested.substring(HEAD.length()) : nested;
  }
}
