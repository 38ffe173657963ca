package io.shardwright.cli;

import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.tar.TarLayout;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.core.internal.codec.torch.TorchLayout.StorageSpec;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;

/** A ViT of any size with made-up values. */
public final class LargeVit {
  private static final String CONFIG =
      """
      tensor_model_parallel_size: 1
      pipeline_model_parallel_size: 1
      vision_pretraining_type: classify
      patch_dim: 16
      num_channels: 3
      img_h: 256
      img_w: 192
      num_layers: %d
      hidden_size: %d
      ffn_hidden_size: %d
      num_attention_heads: 32
      target: nemo.collections.vision.models.megatron_vit_classification_models.MegatronVitClassificationModel
      """;

  private final int layers;
  private final long hidden;

  /** So many layers, so wide: a multiple of 32. */
  public LargeVit(int layers, long hidden) {
    this.layers = layers;
    this.hidden = hidden;
  }

  /** Writes it to a new archive. */
  public void write(Path file) throws IOException {
    var pickle = new StateDictPickle();
    shapes()
        .forEach(
            (name, shape) -> pickle.add(new TensorSpec("model." + name, DType.FLOAT32, shape)));
    var torch =
        TorchLayout.of(
            "model_weights", PickleWriter.write(pickle.build(Optional.empty())), pickle.storages());
    byte[] config = CONFIG.formatted(layers, hidden, 4 * hidden).getBytes(StandardCharsets.UTF_8);
    Map<String, Long> sizes = new LinkedHashMap<>();
    sizes.put("model_config.yaml", (long) config.length);
    sizes.put("model_weights.ckpt", torch.size());
    TarLayout tar = TarLayout.of(sizes);
    long weights = tar.dataOffset("model_weights.ckpt");
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (var piece : tar.pieces()) {
        channel.write(ByteBuffer.wrap(piece.bytes()), piece.offset());
      }
      channel.write(ByteBuffer.wrap(config), tar.dataOffset("model_config.yaml"));
      Map<String, Long> crcs = new LinkedHashMap<>();
      for (StorageSpec storage : pickle.storages()) {
        crcs.put(storage.key(), fill(channel, weights + torch.dataOffset(storage.key()), storage));
      }
      for (var chunk : torch.structure(crcs)) {
        channel.write(ByteBuffer.wrap(chunk.bytes()), weights + chunk.offset());
      }
    }
  }

  private static long fill(FileChannel channel, long offset, StorageSpec storage)
      throws IOException {
    var random = new Random(storage.key().hashCode());
    byte[] block = new byte[1 << 20];
    random.nextBytes(block);
    var crc = new CRC32();
    for (long at = 0; at < storage.byteSize(); at += block.length) {
      int count = (int) Math.min(block.length, storage.byteSize() - at);
      block[0] = (byte) (at >>> 20);
      channel.write(ByteBuffer.wrap(block, 0, count), offset + at);
      crc.update(block, 0, count);
    }
    return crc.getValue();
  }

  private Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("backbone.linear_encoder.weight", Shape.of(hidden, 768));
    shapes.put("backbone.linear_encoder.bias", Shape.of(hidden));
    shapes.put("backbone.position_embeddings.weight", Shape.of(200, hidden));
    for (int layer = 0; layer < layers; layer++) {
      String name = "backbone.transformer.layers." + layer + ".";
      norm(shapes, name + "input_layernorm");
      shapes.put(name + "self_attention.query_key_value.weight", Shape.of(3 * hidden, hidden));
      shapes.put(name + "self_attention.dense.weight", Shape.of(hidden, hidden));
      norm(shapes, name + "post_attention_layernorm");
      shapes.put(name + "mlp.dense_h_to_4h.weight", Shape.of(4 * hidden, hidden));
      shapes.put(name + "mlp.dense_4h_to_h.weight", Shape.of(hidden, 4 * hidden));
    }
    norm(shapes, "backbone.transformer.final_layernorm");
    return shapes;
  }

  private void norm(Map<String, Shape> shapes, String name) {
    shapes.put(name + ".weight", Shape.of(hidden));
    shapes.put(name + ".bias", Shape.of(hidden));
  }
}
