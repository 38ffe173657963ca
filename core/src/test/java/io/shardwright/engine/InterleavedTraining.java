package io.shardwright.engine;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The training of the GPT as an interleaved pipeline would have left it, made by NeMo's rules. */
public final class InterleavedTraining {
  private InterleavedTraining() {}

  /** Writes the two stages' files of a step below a folder. */
  public static Path write(Path gpt, Path target, String step) throws IOException {
    for (int stage = 0; stage < 2; stage++) {
      int s = stage;
      Path file = target.resolve("tp_rank_00_pp_rank_00" + stage).resolve(step);
      TrainingFiles.rewrite(gpt, file, root -> interleaved(root, s));
    }
    return target;
  }

  /** Four layers over two stages of two chunks: 0 and 2 on the first, 1 and 3 on the second. */
  private static Dict interleaved(Dict root, int stage) {
    Map<String, PickleValue> state = new TreeMap<>();
    PickleValue dict = TrainingFiles.get(root, "state_dict");
    ((Call) dict).entries().forEach(e -> state.put(((Text) e.key()).value(), e.value()));
    for (int chunk = 0; chunk < 2; chunk++) {
      int layer = chunk * 2 + stage;
      var encoder = new Dict();
      String prefix = "model.language_model.encoder.";
      String own = prefix + "layers." + layer + ".";
      state.forEach(
          (name, value) -> {
            if (name.startsWith(own)) {
              encoder.put(new Text("layers.0." + name.substring(own.length())), value);
            }
          });
      var language = new Dict();
      var model = new Dict().put(new Text("language_model"), language);
      String embedding = "model.language_model.embedding.";
      if (stage == 0 && chunk == 0) {
        language.put(
            new Text("embedding"),
            new Dict()
                .put(new Text("word_embeddings"), weight(state, embedding + "word_embeddings"))
                .put(
                    new Text("position_embeddings"),
                    weight(state, embedding + "position_embeddings")));
      }
      if (stage == 1 && chunk == 1) {
        for (String part : List.of("weight", "bias")) {
          String name = "final_layernorm." + part;
          encoder.put(new Text(name), state.get(prefix + name));
        }
        model.put(
            new Text("word_embeddings_for_head"), weight(state, embedding + "word_embeddings"));
      }
      language.put(new Text("encoder"), encoder);
      TrainingFiles.set(root, "model" + chunk, model);
    }
    TrainingFiles.set(root, "state_dict", new Dict());
    return TrainingFiles.set(root, "hyper_parameters", parameters());
  }

  private static Dict weight(Map<String, PickleValue> state, String module) {
    return new Dict().put(new Text("weight"), state.get(module + ".weight"));
  }

  /** Plain dicts in place of OmegaConf's nodes. */
  private static Dict parameters() {
    var config = new Dict();
    Map<String, PickleValue> values = new TreeMap<>();
    values.put("num_layers", Int.of(4));
    values.put("hidden_size", Int.of(64));
    values.put("num_attention_heads", Int.of(8));
    values.put("encoder_seq_length", Int.of(32));
    values.put("max_position_embeddings", Int.of(32));
    values.put("make_vocab_size_divisible_by", Int.of(128));
    values.put("tensor_model_parallel_size", Int.of(1));
    values.put("pipeline_model_parallel_size", Int.of(2));
    values.put("activation", new Text("gelu"));
    values.put("tokenizer", new Dict().put(new Text("model"), new Text("/none/t.model")));
    values.forEach((key, value) -> config.put(new Text(key), value));
    return new Dict().put(new Text("cfg"), config);
  }
}
