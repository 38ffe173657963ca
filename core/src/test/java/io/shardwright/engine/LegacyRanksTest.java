package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.engine.RankTraining.Held;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks of Megatron-LM's models before Megatron-Core. */
class LegacyRanksTest {
  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /** A model that has as many keys as queries, as all had. */
  private static TinyGpt model(boolean tied) {
    for (long seed = 0; ; seed++) {
      var model = new TinyGpt(seed);
      Map<String, String> config = model.config;
      if (model.groups == model.heads
          && config.get("activation").equals("gelu")
          && config.get("normalization").equals("layernorm")
          && config.get("bias").equals("true")
          && config.get("share_embeddings_and_output_weights").equals("" + tied)) {
        return model;
      }
    }
  }

  private static String name(String core, String stack, String attention) {
    return core.startsWith("decoder.")
        ? core.replace("decoder.", "language_model." + stack + ".")
            .replace("self_attention.linear_qkv.layer_norm_", "input_layernorm.")
            .replace("mlp.linear_fc1.layer_norm_", "post_attention_layernorm.")
            .replace("self_attention.linear_qkv", attention + ".query_key_value")
            .replace("self_attention.linear_proj", attention + ".dense")
            .replace("linear_fc1", "dense_h_to_4h")
            .replace("linear_fc2", "dense_4h_to_h")
        : "language_model." + core;
  }

  private static Map<String, Held> old(
      Map<String, Held> tensors, String version, int heads, boolean tied) {
    boolean early = !version.equals("3.0");
    var named = new LinkedHashMap<String, Held>();
    tensors.forEach(
        (core, held) -> {
          boolean copy = core.equals("output_layer.weight") && tied;
          String own =
              copy
                  ? "word_embeddings_for_head.weight"
                  : name(
                      core,
                      early ? "transformer" : "encoder",
                      early ? "attention" : "self_attention");
          Held ordered =
              core.contains("linear_qkv.weight") || core.contains("linear_qkv.bias")
                  ? ordered(held, version, heads)
                  : held;
          named.put(own, ordered.as(own));
        });
    return named;
  }

  /** Rows of each head's queries, keys and values, put into the order of a version. */
  private static Held ordered(Held held, String version, int heads) {
    int rows = (int) held.spec().shape().dim(0);
    int row = held.bytes().length / rows;
    int each = rows / (3 * heads);
    byte[] bytes = new byte[held.bytes().length];
    for (int head = 0; head < heads; head++) {
      for (int kind = 0; kind < 3; kind++) {
        for (int at = 0; at < each; at++) {
          int from = (head * 3 + kind) * each + at;
          int to =
              switch (version) {
                case "0" -> (kind * heads + head) * each + at;
                case "1.0" -> (head * each + at) * 3 + kind;
                default -> from;
              };
          System.arraycopy(held.bytes(), from * row, bytes, to * row, row);
        }
      }
    }
    return new Held(held.spec(), bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, true",
    "0, 2, 1, true",
    "1.0, 2, 1, true",
    "2.0, 2, 1, true",
    "3.0, 2, 2, true",
    "3.0, 1, 2, false"
  })
  void readsEveryVersion(String version, int tensor, int stages, boolean tied) throws IOException {
    var model = model(tied);
    var training = new RankTraining(folder);
    training.around.remove("checkpoint_version");
    if (!version.equals("0")) {
      training.around.put("checkpoint_version", new Real(Double.parseDouble(version)));
    }
    training.say(model, tensor, stages, 1);
    if (!version.equals("3.0")) {
      training.args.keySet().removeIf(key -> key.endsWith("_parallel_size"));
      training.args.keySet().removeAll(List.of("swiglu", "normalization", "ffn_hidden_size"));
      training.args.put("model_parallel_size", "" + tensor);
    }
    Path source =
        training.write(
            model, tensor, stages, 1, held -> old(held, version, model.heads / tensor, tied));
    assertTrue(Checkpoints.diff(training.root, source).same(), model.toString());
    Path home = folder.resolve("home.nemo");
    Order.of(training.root, home).to(TargetFormat.NEMO).grid(1, 1).vocab(model.vocabulary).done();
    assertEquals(Checkpoints.tensors(source), Checkpoints.tensors(home));
  }
}
