package io.shardwright.engine;

import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A random LoRA for a {@link TinyGpt}, as NeMo 1.23 names and lays it out at TP 1 PP 1, and what it
 * makes of a weight, element by element.
 */
public final class TinyLora {
  private static final int RANK = 8;

  public final boolean legacy;
  private final TinyGpt model;
  private final Random random;
  private final int hidden;
  private final int size;
  private final Map<String, String> config;
  private Path file;

  public TinyLora(TinyGpt model, long seed) {
    this.model = model;
    random = new Random(seed);
    legacy = model.legacyToo() && random.nextBoolean();
    hidden = Integer.parseInt(model.config.get("hidden_size"));
    size = Integer.parseInt(model.config.get("kv_channels"));
    config = new LinkedHashMap<>(model.config);
    config.put("mcore_gpt", "" + !legacy);
    config.put("transformer_engine", "" + !legacy);
    config.put(
        "target",
        model
            .config
            .get("target")
            .replace("gpt_model.MegatronGPT", "gpt_sft_model.MegatronGPTSFT"));
    config.put(
        "peft",
        "{peft_scheme: lora, lora_tuning: {adapter_dim: " + RANK + ", layer_selection: null}}");
  }

  private int rows() {
    return (model.heads + 2 * model.groups) * size;
  }

  private String factor(int layer, String side) {
    String module = legacy ? "model.language_model.encoder.layers." : "model.decoder.layers.";
    String adapter = ".self_attention.adapter_layer.lora_kqv_adapter.linear_";
    return module + layer + adapter + side + ".weight";
  }

  /** Writes it as a folder with one rank file of eighths, which every type holds. */
  public Path write(Path folder) throws IOException {
    Map<String, Shape> tensors = new LinkedHashMap<>();
    for (int layer = 0; layer < model.layers; layer++) {
      tensors.put(factor(layer, "in"), Shape.of(RANK, hidden));
      tensors.put(factor(layer, "out"), Shape.of(rows(), RANK));
    }
    TinyGpt.write(folder, config, DType.FLOAT32, tensors, this::eighths);
    file = folder.resolve("model_weights.ckpt");
    return folder;
  }

  private void eighths(byte[] bytes) {
    var floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    while (floats.hasRemaining()) {
      floats.put((random.nextInt(65) - 32) / 8f);
    }
  }

  /** What a layer's fused weight becomes, in Megatron-Core's order of rows. */
  public float[] merged(float[] weight, int layer) {
    float[] a = floats(TinyGpt.bytes(file, factor(layer, "in")));
    float[] b = floats(TinyGpt.bytes(file, factor(layer, "out")));
    float[] sums = weight.clone();
    for (int place = 0; place < sums.length; place++) {
      int row = stored(place / hidden);
      float sum = 0;
      for (int k = 0; k < RANK; k++) {
        sum += b[row * RANK + k] * a[k * hidden + place % hidden];
      }
      sums[place] += sum;
    }
    return sums;
  }

  /** With {@code megatron_legacy} all queries stand first, then all keys, then all values. */
  private int stored(int row) {
    boolean byKind = legacy && model.config.get("megatron_legacy").equals("true");
    int head = row / size / 3;
    int kind = row / size % 3;
    return byKind ? (kind * model.heads + head) * size + row % size : row;
  }

  /** The values of binary32. */
  public static float[] floats(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
