package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.tar.TarIndex;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Variants of the family for which there is no file by NeMo here, made by NeMo's rules: legacy QKV
 * of stride 3, fast GLU of stride 2, half-precision O2 prefixes, layer scale, a fine-tuning head.
 */
class VariantTest {
  private static final String PREFIX = "model.module.";
  private static final String LAYER = PREFIX + "backbone.transformer.layers.0.";
  private static final String GPT =
      "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel";
  private static final String CONFIG =
      """
      tensor_model_parallel_size: 1
      sequence_parallel: false
      vision_pretraining_type: classify
      patch_dim: 2
      class_token_length: 1
      num_layers: 1
      hidden_size: 8
      ffn_hidden_size: 8
      num_channels: 3
      num_classes: 3
      img_h: 4
      img_w: 4
      num_attention_heads: 4
      megatron_legacy: true
      megatron_amp_O2: true
      activation: fast-swiglu
      position_embedding_type: learned_parameters
      target: nemo.collections.vision.models.megatron_vit_classification_models.MegatronVitClassificationModel
      """;
  private static final PickleValue BYTES_IO =
      new Call(
          Call.Kind.NEWOBJ,
          new Global("_io", "BytesIO"),
          PickleValue.Tuple.of(),
          PickleValue.Constant.NONE);

  @TempDir Path folder;

  @Test
  void cutsEveryThirdOfALegacyQkvByItself() throws IOException {
    Path out = Order.of(write(), folder.resolve("out")).tp(2).done();
    TorchFile second = open(out, 1);
    // Rows 0..23 are 8 of q, 8 of k, 8 of v; rank 1 of 2 holds the upper half of each.
    assertArrayEquals(
        rows(4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23),
        values(second, "self_attention.query_key_value.weight"));
    assertArrayEquals(
        rows(4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23),
        values(second, "self_attention.query_key_value.bias"));
  }

  @Test
  void cutsGateAndUpOfAFastGluByThemselves() throws IOException {
    Path out = Order.of(write(), folder.resolve("out")).tp(2).done();
    // Rows 0..15 are 8 of the gate and 8 of up.
    assertArrayEquals(
        rows(0, 1, 2, 3, 8, 9, 10, 11), values(open(out, 0), "mlp.dense_h_to_4h.weight"));
    assertArrayEquals(
        rows(4, 5, 6, 7, 12, 13, 14, 15), values(open(out, 1), "mlp.dense_h_to_4h.bias"));
  }

  @Test
  void carriesExtraStateToEveryRankAndBack() throws IOException {
    Path source = write();
    Path out = Order.of(source, folder.resolve("out")).tp(4).done();
    for (int rank = 0; rank < 4; rank++) {
      var objects = open(out, rank).stateDict().objects();
      assertEquals(
          PickleValue.Constant.NONE, objects.get(LAYER + "mlp.dense_4h_to_h._extra_state"));
      Call bytes = (Call) objects.get(LAYER + "self_attention.dense._extra_state");
      assertEquals("_io.BytesIO", bytes.callable().toString());
    }
    Path back = Order.of(out, folder.resolve("back.nemo")).tp(1).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
  }

  @Test
  void turnsSequenceParallelismOffWhereOneRankIsLeft() throws IOException {
    Path two = Order.of(write(), folder.resolve("two")).tp(2).done();
    Path config = two.resolve("model_config.yaml");
    Files.writeString(
        config,
        Files.readString(config).replace("sequence_parallel: false", "sequence_parallel: true"));
    Path one = Order.of(two, folder.resolve("one")).tp(1).done();
    assertEquals(CONFIG, Files.readString(one.resolve("model_config.yaml")));
  }

  @Test
  void refusesATensorThatNoRuleMatchesUnlessToldToReplicateIt() throws IOException {
    Path source = write("strange.weight");
    var refusal =
        assertThrows(
            CheckpointException.class, () -> Order.of(source, folder.resolve("out")).tp(2).done());
    assertEquals(ErrorCode.TENSOR_UNMATCHED, refusal.code());
    Path out =
        Order.of(source, folder.resolve("out"))
            .tp(2)
            .with(parts -> parts.replicateUnmatched(true))
            .done();
    assertArrayEquals(rows(0, 1), values(open(out, 1), PREFIX, "strange.weight"));
  }

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new java.util.LinkedHashMap<>();
    shapes.put("backbone.cls_token", Shape.of(1, 1, 8));
    shapes.put("backbone.linear_encoder.weight", Shape.of(8, 12));
    shapes.put("backbone.linear_encoder.bias", Shape.of(8));
    shapes.put("backbone.position_embeddings", Shape.of(5, 8));
    String layer = "backbone.transformer.layers.0.";
    for (String norm : List.of("input_layernorm", "post_attention_layernorm")) {
      shapes.put(layer + norm + ".weight", Shape.of(8));
      shapes.put(layer + norm + ".bias", Shape.of(8));
    }
    shapes.put(layer + "self_attention.query_key_value.weight", Shape.of(24, 8));
    shapes.put(layer + "self_attention.query_key_value.bias", Shape.of(24));
    shapes.put(layer + "self_attention.dense.weight", Shape.of(8, 8));
    shapes.put(layer + "mlp.dense_h_to_4h.weight", Shape.of(16, 8));
    shapes.put(layer + "mlp.dense_h_to_4h.bias", Shape.of(16));
    shapes.put(layer + "mlp.dense_4h_to_h.weight", Shape.of(8, 8));
    shapes.put(layer + "post_attention_layerscale.gamma", Shape.of(8));
    shapes.put(layer + "post_mlp_layerscale.gamma", Shape.of(8));
    shapes.put("backbone.transformer.final_layernorm.weight", Shape.of(8));
    shapes.put("backbone.transformer.final_layernorm.bias", Shape.of(8));
    shapes.put("head.weight", Shape.of(3, 8));
    shapes.put("head.bias", Shape.of(3));
    return shapes;
  }

  /** Every element of a bf16 tensor is the number of its row. */
  private Path write(String... more) throws IOException {
    var pickle = new StateDictPickle();
    Map<String, byte[]> values = new HashMap<>();
    var shapes = shapes();
    for (String name : more) {
      shapes.put(name, Shape.of(2));
    }
    shapes.forEach(
        (name, shape) -> {
          var bytes = new byte[(int) shape.elements() * 2];
          for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) (i / 2 / shape.elementsFrom(1));
          }
          values.put(pickle.add(new TensorSpec(PREFIX + name, DType.BFLOAT16, shape)), bytes);
        });
    pickle.add(LAYER + "self_attention.dense._extra_state", BYTES_IO);
    pickle.add(LAYER + "mlp.dense_4h_to_h._extra_state", PickleValue.Constant.NONE);
    byte[] bytes = PickleWriter.write(pickle.build(Optional.empty()));
    var layout = TorchLayout.of("model_weights", bytes, pickle.storages());
    byte[] file = new byte[(int) layout.size()];
    Map<String, Long> crcs = new HashMap<>();
    values.forEach(
        (key, data) -> {
          System.arraycopy(data, 0, file, (int) layout.dataOffset(key), data.length);
          var crc = new CRC32();
          crc.update(data);
          crcs.put(key, crc.getValue());
        });
    layout
        .structure(crcs)
        .forEach(c -> System.arraycopy(c.bytes(), 0, file, (int) c.offset(), c.bytes().length));
    var archive = new Archive();
    archive.members.put(Archive.CONFIG, CONFIG.getBytes(StandardCharsets.UTF_8));
    archive.members.put("./model_weights.ckpt", file);
    Path path = archive.write(folder.resolve("variant.nemo"));
    try (var source = new FileSource(path, "variant.nemo")) {
      assertEquals(2, TarIndex.read(source, Guard.standard()).members().size());
    }
    return path;
  }

  private static TorchFile open(Path checkpoint, int rank) {
    Path file = checkpoint.resolve("mp_rank_0" + rank).resolve("model_weights.ckpt");
    return TorchFile.open(new FileSource(file, file.toString()), Guard.standard());
  }

  private static int[] values(TorchFile file, String name) {
    return values(file, LAYER, name);
  }

  /** The first element of every row. */
  private static int[] values(TorchFile file, String prefix, String name) {
    var tensor = file.stateDict().tensors().get(prefix + name);
    var bytes = ByteBuffer.allocate((int) tensor.storage().size());
    tensor.storage().readFully(bytes, 0);
    int row = (int) tensor.spec().shape().elementsFrom(1) * 2;
    int[] values = new int[bytes.capacity() / row];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.get(i * row);
    }
    return values;
  }

  private static int[] rows(int... rows) {
    return rows;
  }

  /** NeMo casts a module with its buffers (v1.23.0, {@code megatron/module.py}, Float16Module). */
  @Test
  void aBufferInHalfPrecisionStaysOneWhereItIsMoved() throws IOException {
    var config = new HashMap<>(Map.of("activation", "gelu", "position_embedding_type", "xpos"));
    config.putAll(Map.of("num_layers", "2", "hidden_size", "16", "ffn_hidden_size", "16"));
    config.putAll(Map.of("num_attention_heads", "4", "make_vocab_size_divisible_by", "4"));
    config.putAll(Map.of("mcore_gpt", "false", "encoder_seq_length", "8", "target", GPT));
    Path source = KeyedModel.write(folder.resolve("source"), config, DType.BFLOAT16);
    Path two = Order.of(source, folder.resolve("two")).vocab(24).grid(2, 2).done();
    Path back = Order.of(two, folder.resolve("back")).vocab(24).grid(1, 1).done();
    assertEquals(Checkpoints.found(source), Checkpoints.found(back));
    Path single = Order.of(source, folder.resolve("single")).dtype(DType.FLOAT32).done();
    assertTrue(Checkpoints.found(single).stream().noneMatch(line -> line.contains("bfloat16")));
  }
}
