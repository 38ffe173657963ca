package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** transformers' BERT, whose layers are normalized behind their parts. */
class PostNormBertTest extends ModelFolders {
  private static final String PAIRS = "BertForPreTraining";
  private static final String WORDS = "BertForMaskedLM";
  private static final String BARE = "BertModel";
  private static final String LEGACY = "Choose naming(legacy).";

  private static Map<String, Shape> shapes(String architecture) {
    Map<String, Shape> shapes = new TreeMap<>();
    String module = architecture.equals(BARE) ? "" : "bert.";
    shapes.put(module + "embeddings.word_embeddings.weight", Shape.of(21, 16));
    shapes.put(module + "embeddings.position_embeddings.weight", Shape.of(12, 16));
    shapes.put(module + "embeddings.token_type_embeddings.weight", Shape.of(2, 16));
    norm(module + "embeddings.LayerNorm.", shapes);
    for (int layer = 0; layer < 2; layer++) {
      String name = module + "encoder.layer." + layer + ".";
      for (String part :
          new String[] {"self.query.", "self.key.", "self.value.", "output.dense."}) {
        linear(name + "attention." + part, 16, 16, shapes);
      }
      norm(name + "attention.output.LayerNorm.", shapes);
      linear(name + "intermediate.dense.", 24, 16, shapes);
      linear(name + "output.dense.", 16, 24, shapes);
      norm(name + "output.LayerNorm.", shapes);
    }
    if (!architecture.equals(WORDS)) {
      linear(module + "pooler.dense.", 16, 16, shapes);
    }
    if (!architecture.equals(BARE)) {
      linear("cls.predictions.transform.dense.", 16, 16, shapes);
      norm("cls.predictions.transform.LayerNorm.", shapes);
      shapes.put("cls.predictions.bias", Shape.of(21));
    }
    if (architecture.equals(PAIRS)) {
      linear("cls.seq_relationship.", 2, 16, shapes);
    }
    return shapes;
  }

  private static void norm(String module, Map<String, Shape> shapes) {
    shapes.put(module + "weight", Shape.of(16));
    shapes.put(module + "bias", Shape.of(16));
  }

  private static void linear(String module, int out, int in, Map<String, Shape> shapes) {
    shapes.put(module + "weight", Shape.of(out, in));
    shapes.put(module + "bias", Shape.of(out));
  }

  /** Of random bytes, whose norms' values have the names that are given. */
  private Path bert(String architecture, String weight, String bias) throws IOException {
    var random = new Random(8);
    var held = new HeldTensors();
    shapes(architecture)
        .forEach(
            (name, shape) -> {
              var spec = new TensorSpec(renamed(name, weight, bias), DType.FLOAT32, shape);
              byte[] bytes = new byte[(int) spec.byteSize()];
              random.nextBytes(bytes);
              held.add(spec, bytes);
            });
    Path place = Files.createDirectories(folder.resolve(architecture + weight));
    held.write(place.resolve(WEIGHTS));
    Files.writeString(
        place.resolve(CONFIG),
        """
        {"architectures": ["%s"], "model_type": "bert", "hidden_size": 16, "vocab_size": 21,
         "intermediate_size": 24, "num_attention_heads": 4, "num_hidden_layers": 2,
         "max_position_embeddings": 12, "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
        """
            .formatted(architecture));
    return place;
  }

  private Path bert(String architecture) throws IOException {
    return bert(architecture, "weight", "bias");
  }

  private static String renamed(String name, String weight, String bias) {
    return name.contains("LayerNorm")
        ? name.replace("Norm.weight", "Norm." + weight).replace("Norm.bias", "Norm." + bias)
        : name;
  }

  private static void assertEqual(Path expected, Path found) {
    var want = HeldTensors.of(expected.resolve(WEIGHTS));
    var have = HeldTensors.of(found.resolve(WEIGHTS));
    assertEquals(new TreeSet<>(want.names()), new TreeSet<>(have.names()));
    want.names().forEach(name -> assertArrayEquals(want.bytes(name), have.bytes(name), name));
  }

  @ParameterizedTest
  @ValueSource(strings = {PAIRS, WORDS, BARE})
  void comesBackFromRanksAndStages(String architecture) throws IOException {
    Path nemo = convert(bert(architecture), "b.nemo", order -> order.grid(2, 2));
    Path back = convert(nemo, "back");
    assertEqual(bert(architecture), back);
  }

  @Test
  void itsFirstFilesCallTheNormsValuesOtherwise() throws IOException {
    Path nemo = convert(bert(WORDS, "gamma", "beta"), "b.nemo");
    Path back = convert(nemo, "back");
    assertEqual(bert(WORDS), back);
  }

  @Test
  void wordsAloneGetAPoolerOfZeros() throws IOException {
    Path nemo = convert(bert(WORDS), "b.nemo");
    Path back = convert(nemo, "back", order -> order.architecture(PAIRS));
    var held = HeldTensors.of(back.resolve(WEIGHTS));
    assertArrayEquals(new byte[16 * 16 * 4], held.bytes("bert.pooler.dense.weight"));
    assertArrayEquals(new byte[2 * 4], held.bytes("cls.seq_relationship.bias"));
  }

  @Test
  void aPoolersValuesHaveNoPlaceWhereWordsAloneAreTold() throws IOException {
    Path nemo = convert(bert(PAIRS), "b.nemo");
    Order.of(nemo, folder.resolve("out"))
        .to(TargetFormat.HUGGING_FACE)
        .architecture(WORDS)
        .tried()
        .assertRefused(Kind.PLAN, "pooler.dense.weight' has values other than 0");
  }

  @Test
  void megatronCoreHasItWithoutAnOutputLayerOnOneStage() throws IOException {
    for (String headed : new String[] {PAIRS, WORDS}) {
      assertRefused(Kind.PLAN, LEGACY, bert(headed), order -> order.naming(Naming.MCORE));
    }
    String limit = "limits pipeline_model_parallel_size to 1";
    Path bare = bert(BARE);
    assertRefused(Kind.PLAN, limit, bare, order -> order.naming(Naming.MCORE).pp(2));
    Path nemo = convert(bare, "b.nemo", order -> order.naming(Naming.MCORE).tp(2));
    Path older = Order.of(nemo, folder.resolve("older.nemo")).naming(Naming.LEGACY).pp(2).done();
    assertEqual(bare, convert(older, "back"));
    assertTrue(configOf(older).contains("normalization: layernorm"));
  }
}
