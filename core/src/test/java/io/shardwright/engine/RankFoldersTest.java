package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.engine.RankTraining.Held;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of ranks as Megatron-LM saves them. */
class RankFoldersTest {
  private static final int MODELS = 8 * Integer.getInteger("shardwright.density", 1);

  @TempDir(factory = MemoryFolders.class)
  private Path all;

  private Path folder;
  private RankTraining training;

  @BeforeEach
  void begin() throws IOException {
    begin("one");
  }

  private void begin(String name) throws IOException {
    folder = Files.createDirectories(all.resolve(name));
    training = new RankTraining(folder);
  }

  /** The names that modules without Transformer Engine have. */
  private static Map<String, Held> local(Map<String, Held> tensors) {
    var named = new LinkedHashMap<String, Held>();
    tensors.forEach(
        (name, held) -> {
          String own =
              name.replace("self_attention.linear_qkv.layer_norm_", "input_layernorm.")
                  .replace("mlp.linear_fc1.layer_norm_", "pre_mlp_layernorm.");
          named.put(own, held.as(own));
        });
    return named;
  }

  @Test
  @Tag("sampled")
  void readsModelsOfAnyGrid() throws IOException {
    for (long seed = 0; seed < MODELS; seed++) {
      begin("seed" + seed);
      var random = new Random(seed);
      var model = RankTraining.model(seed);
      int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
      int parts = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
      int chunks = parts < 4 ? 1 : 1 << random.nextInt(2);
      boolean local = random.nextBoolean();
      String where =
          String.format(
              "seed %d, TP %d, PP %d, VP %d, local %s, %s",
              seed, tensor, parts / chunks, chunks, local, model);
      Path source =
          training.write(
              model, tensor, parts / chunks, chunks, local ? RankFoldersTest::local : held -> held);
      assertTrue(Checkpoints.diff(training.root, source).same(), where);
      Path home = folder.resolve("home.nemo");
      Order.of(training.root, home).to(TargetFormat.NEMO).grid(1, 1).vocab(model.vocabulary).done();
      assertEquals(Checkpoints.tensors(source), Checkpoints.tensors(home), where);
    }
  }

  private static Held joined(Map<String, Held> tensors, String layer, String module, int experts) {
    var parts = new ArrayList<byte[]>();
    Shape shape = null;
    for (int expert = 0; expert < experts; expert++) {
      Held one = tensors.get(layer + "local_experts." + expert + "." + module + ".weight");
      shape = one.spec().shape();
      parts.add(transposed(one));
    }
    int size = parts.get(0).length;
    byte[] all = new byte[experts * size];
    for (int expert = 0; expert < experts; expert++) {
      System.arraycopy(parts.get(expert), 0, all, expert * size, size);
    }
    boolean first = module.equals("linear_fc1");
    Shape whole =
        first
            ? Shape.of(shape.dim(1), experts * shape.dim(0))
            : Shape.of(experts * shape.dim(1), shape.dim(0));
    String name = layer + (first ? "weight1" : "weight2");
    var type = tensors.values().iterator().next().spec().dtype();
    return new Held(new TensorSpec(name, type, whole), all);
  }

  private static byte[] transposed(Held matrix) {
    int size = matrix.spec().dtype().byteSize();
    int rows = (int) matrix.spec().shape().dim(0);
    int columns = (int) matrix.spec().shape().dim(1);
    byte[] turned = new byte[matrix.bytes().length];
    for (int at = 0; at < rows * columns; at++) {
      int to = at % columns * rows + at / columns;
      System.arraycopy(matrix.bytes(), at * size, turned, to * size, size);
    }
    return turned;
  }

  /** Experts as a form of Megatron-Core's modules has them. */
  private static Map<String, Held> form(Map<String, Held> tensors, String form) {
    var named = new LinkedHashMap<String, Held>();
    tensors.forEach(
        (name, held) -> {
          int at = name.indexOf("local_experts.");
          if (at < 0 || form.equals("sequential")) {
            named.put(name, held);
          } else if (form.equals("grouped")) {
            String[] rest = name.substring(at).split("\\.", 4);
            String own = name.substring(0, at) + rest[2] + "." + rest[3] + rest[1];
            named.put(own, held.as(own));
          } else {
            String layer = name.substring(0, at);
            for (String module : List.of("linear_fc1", "linear_fc2")) {
              Held all = joined(tensors, layer, module, 2);
              named.put(all.spec().name(), all);
            }
          }
        });
    return named;
  }

  private void experts(String form) throws IOException {
    var files = training.cut(Path.of("src/test/resources/community/mixtral"), 2, 2, 2, 100);
    String[] said =
        "num_layers 4 hidden_size 32 ffn_hidden_size 48 num_attention_heads 4 num_query_groups 2"
            .split(" ");
    for (int key = 0; key < said.length; key += 2) {
      training.args.put(said[key], said[key + 1]);
    }
    training.args.put("group_query_attention", "true");
    training.args.put("max_position_embeddings", "64");
    training.args.put("position_embedding_type", "rope");
    training.args.put("rotary_base", "1000000");
    training.args.put("swiglu", "true");
    training.args.put("normalization", "RMSNorm");
    training.args.put("add_bias_linear", "false");
    training.args.put("untie_embeddings_and_output_weights", "true");
    training.args.put("num_experts", "4");
    training.args.put("moe_router_topk", "2");
    training.args.put("tensor_model_parallel_size", "2");
    training.args.put("pipeline_model_parallel_size", "2");
    training.args.put("expert_model_parallel_size", "2");
    training.args.put("expert_tensor_parallel_size", "null");
    Path step = training.step();
    for (int stage = 0; stage < 2; stage++) {
      for (Path file : files.get(stage)) {
        training.write(
            step.resolve(file.getParent().getFileName()),
            List.of(form(RankTraining.tensors(file), form)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sequential", "grouped", "joined"})
  void readsExpertsInEveryForm(String form) throws IOException {
    experts(form);
    assertTrue(Checkpoints.diff(training.root, folder.resolve("cut")).same());
    Path hf =
        Order.of(training.root, folder.resolve("hf"))
            .to(TargetFormat.HUGGING_FACE)
            .vocab(100)
            .done();
    assertTrue(Checkpoints.diff(Path.of("src/test/resources/community/mixtral"), hf).same());
  }

  /** Megatron-LM would load the other form without a word, and leave the experts as they were. */
  @Test
  void keepsTheFormOfExperts() throws IOException {
    training.args.put("moe_grouped_gemm", "true");
    experts("grouped");
    Path other = folder.resolve("other");
    Order.of(training.root, other).to(new TargetFormat("megatron")).grid(1, 1).done();
    Path file = other.resolve("iter_0000007/mp_rank_00_001/model_optim_rng.pt");
    var names = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertTrue(names.contains("decoder.layers.3.mlp.experts.linear_fc1.weight1"));
    assertTrue(!names.contains("local_experts"));
    assertTrue(Checkpoints.diff(training.root, other).same());
  }
}
