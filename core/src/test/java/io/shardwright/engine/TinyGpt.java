package io.shardwright.engine;

import io.shardwright.SmallCheckpoint;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A random small GPT or LLaMA in Megatron-Core naming at TP 1 PP 1: names and shapes by Megatron-LM
 * core_v0.5.0's own modules, stated here a second time.
 */
public final class TinyGpt {
  public final Map<String, String> config = new LinkedHashMap<>();
  public final int heads;
  public final int groups;
  public final int layers;
  public final int ffn;
  public final long vocabulary;
  private final int headSize;
  private final int hidden;
  private final boolean gated;
  private final boolean bias;
  private final Random random;
  private final Map<String, Shape> tensors = new LinkedHashMap<>();

  public TinyGpt(long seed) {
    random = new Random(seed);
    heads = 4 << random.nextInt(2);
    groups = heads >> random.nextInt(3);
    headSize = 2 + 2 * random.nextInt(2);
    hidden = random.nextBoolean() ? heads * headSize : 4 + random.nextInt(9);
    ffn = 8 * (1 + random.nextInt(3));
    layers = 2 << random.nextInt(2);
    vocabulary = 5 + random.nextInt(60);
    bias = random.nextBoolean();
    String activation =
        oneOf("gelu", "squared-relu", "fast-swiglu", "swiglu", "fast-geglu", "reglu");
    gated = activation.endsWith("glu");
    String normalization = oneOf("layernorm", "layernorm1p", "rmsnorm");
    boolean tied = random.nextBoolean();
    boolean rope = random.nextBoolean();
    put("mcore_gpt", true);
    put("transformer_engine", true);
    put("tensor_model_parallel_size", 1);
    put("pipeline_model_parallel_size", 1);
    put("encoder_seq_length", 16);
    put("num_layers", layers);
    put("hidden_size", hidden);
    put("ffn_hidden_size", ffn);
    put("num_attention_heads", heads);
    put("kv_channels", headSize);
    put("num_query_groups", groups);
    put("make_vocab_size_divisible_by", 1 << random.nextInt(4));
    put("bias", bias);
    put("activation", activation);
    put("bias_activation_fusion", false);
    put("normalization", normalization);
    put("position_embedding_type", rope ? "rope" : "learned_absolute");
    put("rotary_percentage", 0.5);
    put("share_embeddings_and_output_weights", tied);
    put("megatron_legacy", random.nextBoolean());
    put(
        "target",
        "nemo.collections.nlp.models.language_modeling.megatron_gpt_model.MegatronGPTModel");
    long block = Long.parseLong(config.get("make_vocab_size_divisible_by"));
    long rows = (vocabulary + block - 1) / block * block;
    tensor("embedding.word_embeddings.weight", rows, hidden);
    if (!rope) {
      tensor("embedding.position_embeddings.weight", 16, hidden);
    }
    for (int layer = 0; layer < layers; layer++) {
      layer("decoder.layers." + layer + ".", !normalization.equals("rmsnorm"));
    }
    norm("decoder.final_layernorm.", !normalization.equals("rmsnorm"));
    if (!tied) {
      tensor("output_layer.weight", rows, hidden);
    }
  }

  private void layer(String prefix, boolean normBias) {
    long qkv = (heads + 2L * groups) * headSize;
    long up = gated ? 2L * ffn : ffn;
    linear(prefix + "self_attention.linear_proj.", hidden, (long) heads * headSize);
    norm(prefix + "self_attention.linear_qkv.layer_norm_", normBias);
    linear(prefix + "self_attention.linear_qkv.", qkv, hidden);
    norm(prefix + "mlp.linear_fc1.layer_norm_", normBias);
    linear(prefix + "mlp.linear_fc1.", up, hidden);
    linear(prefix + "mlp.linear_fc2.", hidden, ffn);
  }

  private void linear(String prefix, long out, long in) {
    tensor(prefix + "weight", out, in);
    if (bias) {
      tensor(prefix + "bias", out);
    }
  }

  private void norm(String prefix, boolean withBias) {
    tensor(prefix + "weight", hidden);
    if (withBias) {
      tensor(prefix + "bias", hidden);
    }
  }

  private void tensor(String name, long... dims) {
    tensors.put("model." + name, Shape.of(dims));
  }

  private String oneOf(String... words) {
    return words[random.nextInt(words.length)];
  }

  private void put(String key, Object value) {
    config.put(key, value.toString());
  }

  /** Of its vocabulary, padding among them. */
  public long rows() {
    return tensors.get("model.embedding.word_embeddings.weight").dim(0);
  }

  public boolean legacyToo() {
    return groups == heads;
  }

  /** Writes it as a folder with one rank file of random values. */
  public Path write(Path folder) {
    DType dtype = random.nextBoolean() ? DType.FLOAT32 : DType.BFLOAT16;
    return write(folder, config, dtype, tensors, random::nextBytes);
  }

  /** The same of finite values, which alone have a master weight of their own. */
  Path writeFinite(Path folder) {
    DType dtype = random.nextBoolean() ? DType.FLOAT32 : DType.BFLOAT16;
    return write(folder, config, dtype, tensors, bytes -> TinyExperts.finite(bytes, random));
  }

  /** The same with its names in the opposite order. */
  public Path writeBackwards(Path folder) {
    var names = new ArrayList<>(tensors.keySet());
    Collections.reverse(names);
    Map<String, Shape> reversed = new LinkedHashMap<>();
    names.forEach(name -> reversed.put(name, tensors.get(name)));
    return write(folder, config, DType.FLOAT32, reversed, random::nextBytes);
  }

  /** Writes a folder with one rank file. */
  public static Path write(
      Path folder,
      Map<String, String> config,
      DType dtype,
      Map<String, Shape> tensors,
      Consumer<byte[]> values) {
    var yaml = new StringBuilder();
    config.forEach((key, value) -> yaml.append(key + ": " + value + "\n"));
    var checkpoint = SmallCheckpoint.of(yaml.toString());
    tensors.forEach(
        (name, shape) -> {
          byte[] bytes = new byte[(int) shape.elements() * dtype.byteSize()];
          values.accept(bytes);
          checkpoint.tensor(new TensorSpec(name, dtype, shape), bytes);
        });
    return checkpoint.write(folder);
  }

  /** The names of a torch file's tensors, as its state dict has them. */
  static List<String> names(Path file) {
    try (var source = new FileSource(file, file.toString())) {
      return List.copyOf(TorchFile.open(source, Guard.standard()).stateDict().tensors().keySet());
    }
  }

  /** The bytes of a tensor in a torch file. */
  public static byte[] bytes(Path file, String name) {
    try (var source = new FileSource(file, file.toString())) {
      var tensor = TorchFile.open(source, Guard.standard()).stateDict().tensors().get(name);
      var bytes = ByteBuffer.allocate((int) tensor.spec().byteSize());
      tensor.storage().readFully(bytes, tensor.storageOffset() * tensor.spec().dtype().byteSize());
      return bytes.array();
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s, vocabulary %d", config, vocabulary);
  }
}
