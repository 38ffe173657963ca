package io.shardwright.cli;

import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * LLaMA 2 70B's shapes at TP 1 in a sparse file of 138 GB. In the first layers every 64 KiB begin
 * with the tensor's number and the element's index, so that each can be told wherever it goes.
 */
class SparseLlama {
  static final int MARKED_LAYERS = 4;
  static final long STEP = 32_768;
  private static final int LAYERS = 80;
  private static final long HIDDEN = 8192;
  private static final long FFN = 28_672;
  private static final long QKV = 10_240;
  private static final long VOCABULARY = 32_000;
  private static final String CONFIG =
      """
      mcore_gpt: true
      transformer_engine: true
      tensor_model_parallel_size: 1
      pipeline_model_parallel_size: 1
      encoder_seq_length: 4096
      num_layers: 80
      hidden_size: 8192
      ffn_hidden_size: 28672
      num_attention_heads: 64
      num_query_groups: 8
      make_vocab_size_divisible_by: 128
      bias: false
      activation: fast-swiglu
      normalization: rmsnorm
      position_embedding_type: rope
      share_embeddings_and_output_weights: false
      target: nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel
      """;

  final Map<String, Shape> tensors = new LinkedHashMap<>();

  SparseLlama() {
    add("embedding.word_embeddings.weight", VOCABULARY, HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "decoder.layers." + layer + ".";
      add(prefix + "self_attention.linear_proj.weight", HIDDEN, HIDDEN);
      add(prefix + "self_attention.linear_qkv.layer_norm_weight", HIDDEN);
      add(prefix + "self_attention.linear_qkv.weight", QKV, HIDDEN);
      add(prefix + "mlp.linear_fc1.layer_norm_weight", HIDDEN);
      add(prefix + "mlp.linear_fc1.weight", 2 * FFN, HIDDEN);
      add(prefix + "mlp.linear_fc2.weight", HIDDEN, FFN);
    }
    add("decoder.final_layernorm.weight", HIDDEN);
    add("output_layer.weight", VOCABULARY, HIDDEN);
  }

  void add(String name, long... dims) {
    tensors.put(name, Shape.of(dims));
  }

  /** Where an element of a source tensor stands in the whole target tensor. */
  record Spot(String tensor, Shape whole, long index) {}

  Spot spot(String name, long index) {
    return new Spot("model." + name, tensors.get(name), index);
  }

  /** Whether a tensor has marks. */
  static boolean marked(String name) {
    return name.contains(".layers.") && Integer.parseInt(name.split("\\.")[2]) < MARKED_LAYERS;
  }

  Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("model_config.yaml"), CONFIG);
    var pickle = new StateDictPickle();
    Map<String, String> keys = new LinkedHashMap<>();
    tensors.forEach(
        (name, shape) ->
            keys.put(name, pickle.add(new TensorSpec("model." + name, DType.BFLOAT16, shape))));
    byte[] bytes = PickleWriter.write(pickle.build(Optional.empty()));
    var layout = TorchLayout.of("model_weights", bytes, pickle.storages());
    try (var file =
        FileChannel.open(
            folder.resolve("model_weights.ckpt"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      for (var name : keys.keySet()) {
        if (marked(name)) {
          mark(file, layout.dataOffset(keys.get(name)), name);
        }
      }
      Map<String, Long> none = new LinkedHashMap<>();
      keys.values().forEach(key -> none.put(key, 0L));
      for (var chunk : unchecked(layout.structure(none))) {
        file.write(ByteBuffer.wrap(chunk.bytes()), chunk.offset());
      }
    }
    return folder;
  }

  void mark(FileChannel file, long start, String name) throws IOException {
    long number = number(name);
    var mark = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (long index = 0; index + 8 <= tensors.get(name).elements(); index += STEP) {
      mark.clear();
      mark.putLong(number).putLong(index);
      file.write(mark.flip(), start + 2 * index);
    }
  }

  /** A number that no index is: it tells a mark from a hole. */
  long number(String name) {
    return 0x5AD0_0000_0000_0000L + List.copyOf(tensors.keySet()).indexOf(name);
  }

  String name(long number) {
    return List.copyOf(tensors.keySet()).get((int) (number & 0xffff));
  }

  /** Marks that so many ranks hold of all marked tensors together; norms are replicated. */
  long marks(int ranks) {
    return tensors.entrySet().stream()
        .filter(entry -> marked(entry.getKey()))
        .mapToLong(
            entry ->
                ((entry.getValue().elements() - 8) / STEP + 1)
                    * (entry.getValue().rank() == 1 ? ranks : 1))
        .sum();
  }

  /** As torch writes a file with checksums off: every CRC-32 is zero. */
  private static List<TorchLayout.Chunk> unchecked(List<TorchLayout.Chunk> chunks) {
    for (TorchLayout.Chunk chunk : chunks) {
      var bytes = ByteBuffer.wrap(chunk.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.remaining() > 16 && bytes.getInt(0) == 0x02014b50) {
        for (int at = 0; bytes.getInt(at) == 0x02014b50; ) {
          bytes.putInt(at + 16, 0);
          at += 46 + bytes.getShort(at + 28) + bytes.getShort(at + 30);
        }
      } else if (bytes.remaining() >= 16 && bytes.getInt(0) == 0x08074b50) {
        bytes.putInt(4, 0);
      }
    }
    return chunks;
  }
}
