package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.RestoredModel;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A model as a program restores it. */
class RestoreTest extends ModelFolders {
  private static final String QKV = "decoder.layers.2.self_attention.linear_qkv.weight";

  @Test
  void givesEveryTensorWholeWhateverTheLayout() throws IOException {
    Path one = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    Path four = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    try (var whole = Shardwright.restoreFrom(one);
        var cut = Shardwright.restoreFrom(four);
        var hf = Shardwright.restoreFrom(copy("/nemo/hf/tiny-llama-gqa", "llama"))) {
      assertEquals(whole.tensors().keySet(), cut.tensors().keySet());
      assertEquals(Map.copyOf(whole.tensors()).keySet(), Map.copyOf(hf.tensors()).keySet());
      for (String name : whole.tensors().keySet()) {
        byte[] expected = bytes(whole, name);
        assertEquals(whole.tensor(name).spec(), cut.tensor(name).spec());
        assertArrayEquals(expected, bytes(cut, name), name);
        assertArrayEquals(expected, bytes(hf, name), name);
      }
      var spec = cut.tensor(QKV).spec();
      assertEquals(DType.FLOAT32, spec.dtype());
      assertEquals(Shape.of(128, 64), spec.shape());
    }
  }

  private static byte[] bytes(RestoredModel model, String name) {
    ByteBuffer buffer = model.tensor(name).bytes();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Test
  void readsAnyRangeOfElements() throws IOException {
    try (var model =
        Shardwright.restoreFrom(Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder))) {
      byte[] whole = bytes(model, QKV);
      int elements = whole.length / 4;
      for (long seed = 0; seed < 200; seed++) {
        var random = new Random(seed);
        int from = random.nextInt(elements);
        int count = random.nextInt(elements - from + 1);
        ByteBuffer part = ByteBuffer.allocate(4 * count);
        model.tensor(QKV).read(from, part);
        byte[] expected = java.util.Arrays.copyOfRange(whole, 4 * from, 4 * (from + count));
        assertArrayEquals(expected, part.array(), "seed " + seed);
      }
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> model.tensor(QKV).read(elements - 1, ByteBuffer.allocate(8)));
    }
  }

  @Test
  void readsOnSeveralThreadsAtOnce() throws IOException {
    try (var model = Shardwright.restoreFrom(Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder))) {
      var names = List.copyOf(model.tensors().keySet());
      var expected = names.stream().map(name -> ByteBuffer.wrap(bytes(model, name))).toList();
      IntStream.range(0, 8 * names.size())
          .parallel()
          .forEach(
              i -> {
                int number = i % names.size();
                ByteBuffer found = ByteBuffer.wrap(bytes(model, names.get(number)));
                assertEquals(expected.get(number), found, names.get(number));
              });
    }
  }

  @Test
  void tellsConfigurationClassTokenizerAndOtherFiles() throws IOException {
    Path source = Checkpoints.copy("llama-gqa-tp1.nemo", folder);
    try (var model = Shardwright.restoreFrom(source)) {
      assertTrue(model.restoreClass().orElseThrow().endsWith("MegatronGPTModel"));
      assertEquals(64, model.config().integer("hidden_size").orElseThrow());
      assertEquals("4", model.configValues().get("num_query_groups"));
      var tokenizer = model.tokenizer().get("model");
      try (var stream = tokenizer.open()) {
        assertEquals(tokenizer.size(), stream.readAllBytes().length);
      }
      assertEquals(tokenizer.name(), model.artifacts().get(0).name());
      assertTrue(model.artifact("none").isEmpty());
    }
  }

  @Test
  void suggestsTheNearestTensorForANameThatIsNone() throws IOException {
    try (var model = Shardwright.restoreFrom(Checkpoints.copy("llama-gqa-tp1.nemo", folder))) {
      Map<String, String> meant =
          Map.of(
              "decoder.final_layernorm.wieght", "decoder.final_layernorm.weight",
              "model.embedding.word_embeddings.weight", "embedding.word_embeddings.weight",
              "decoder.layers.1.mlp.fc1.weight", "decoder.layers.1.mlp.linear_fc1.weight",
              "output_layer", "output_layer.weight",
              "Decoder.layers.3.self_attention.linear_proj.weight",
                  "decoder.layers.3.self_attention.linear_proj.weight");
      meant.forEach(
          (given, nearest) -> {
            var refusal = assertThrows(IllegalArgumentException.class, () -> model.tensor(given));
            String message = refusal.getMessage();
            assertTrue(message.contains("no tensor '" + given + "'"), message);
            assertTrue(message.contains("nearest known are '" + nearest + "'"), message);
          });
    }
  }

  @Test
  void overridesTheConfigurationButNotHowTheFilesAreRead() throws IOException {
    Path source = Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder);
    var options =
        RestoreOptions.NONE
            .with("tensor_model_parallel_size", "1")
            .with("tokenizer.library", "huggingface");
    try (var model = Shardwright.restoreFrom(source, options)) {
      assertEquals(1, model.config().integer("tensor_model_parallel_size").orElseThrow());
      assertTrue(model.configYaml().contains("library: huggingface"));
      assertEquals(2, model.summary().grid().tensor());
      assertEquals(128 * 64 * 4, bytes(model, QKV).length);
    }
    Path file = Files.writeString(folder.resolve("other.yaml"), "hidden_size: 7\n");
    try (var model = Shardwright.restoreFrom(source, RestoreOptions.NONE.withConfigFile(file))) {
      assertEquals(7, model.config().integer("hidden_size").orElseThrow());
      assertFalse(model.config().has("num_layers"));
    }
  }

  @Test
  void leavesVocabularyPaddingOut() throws IOException {
    try (var model =
        Shardwright.restoreFrom(Checkpoints.copy("llama-gqa-mcore-tp2pp2.nemo", folder))) {
      assertEquals(Shape.of(250, 64), model.tensor("output_layer.weight").spec().shape());
    }
  }

  @Test
  void refusesATensorWhoseBytesAreDamaged() throws IOException {
    Path source = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    byte[] bytes = Files.readAllBytes(source);
    bytes[bytes.length / 2] ^= 1;
    Files.write(source, bytes);
    try (var model = Shardwright.restoreFrom(source)) {
      var refusal =
          assertThrows(
              CheckpointException.class,
              () -> model.tensors().values().forEach(tensor -> tensor.read(block -> {})));
      assertEquals(ErrorCode.CHECKSUM_MISMATCH, refusal.code());
    }
  }
}
