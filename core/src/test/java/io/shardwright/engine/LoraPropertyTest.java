package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random adapters on random models, over namings, layouts and grids of either. */
class LoraPropertyTest {
  private static final int MODELS = 12;

  @TempDir Path folder;

  @Test
  void everyFusedWeightBecomesItselfPlusItsProductOnAnyWay() throws IOException {
    int legacy = 0;
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var model = new TinyGpt(seed);
      var lora = new TinyLora(model, seed);
      legacy += lora.legacy ? 1 : 0;
      Path base = model.write(folder.resolve("base" + seed));
      Path adapter = lora.write(folder.resolve("lora" + seed));
      Path baseThere = go(base, way(random, model, true), "base-there" + seed);
      Path adapterThere = go(adapter, way(random, model, false), "lora-there" + seed);
      var options = way(random, model, true);
      Path merged =
          options
              .apply(Order.of(baseThere, folder.resolve("merged" + seed)))
              .lora(adapterThere)
              .threads(1 + random.nextInt(3))
              .done();
      Path home =
          Order.of(merged, folder.resolve("home" + seed))
              .naming(Naming.MCORE)
              .layout(WeightLayout.RANKS)
              .grid(1, 1)
              .vocab(model.vocabulary)
              .done();
      assertMerged(base, wide(base, seed), home, lora, model, seed);
    }
    assertTrue(legacy > 1, "too few adapters of the older naming");
  }

  /** The base's values, and the sums' before they are rounded. */
  private Path wide(Path base, long seed) {
    return Order.of(base, folder.resolve("wide" + seed)).dtype(DType.FLOAT32).done();
  }

  private void assertMerged(
      Path base, Path wide, Path found, TinyLora lora, TinyGpt model, long seed) {
    boolean half =
        TinyGpt.bytes(base.resolve("model_weights.ckpt"), name(0)).length
            < TinyGpt.bytes(wide.resolve("model_weights.ckpt"), name(0)).length;
    for (int layer = 0; layer < model.layers; layer++) {
      String where = "seed " + seed + ", layer " + layer + ", " + model;
      byte[] weight = TinyGpt.bytes(wide.resolve("model_weights.ckpt"), name(layer));
      float[] expected = lora.merged(TinyLora.floats(weight), layer);
      byte[] bytes = TinyGpt.bytes(found.resolve("model_weights.ckpt"), name(layer));
      float[] values = half ? bfloat16(bytes) : TinyLora.floats(bytes);
      for (int i = 0; i < expected.length; i++) {
        if (half ? round(expected[i]) != values[i] : expected[i] != values[i]) {
          assertTrue(Float.isNaN(expected[i]) && Float.isNaN(values[i]), where);
        }
      }
    }
  }

  private static String name(int layer) {
    return "model.decoder.layers." + layer + ".self_attention.linear_qkv.weight";
  }

  private static float[] bfloat16(byte[] bytes) {
    float[] values = new float[bytes.length / 2];
    for (int i = 0; i < values.length; i++) {
      int bits = bytes[2 * i] & 0xff | bytes[2 * i + 1] << 8;
      values[i] = Float.intBitsToFloat(bits << 16);
    }
    return values;
  }

  /** To the nearest that ends in 16 zero bits, to the even one of two. */
  private static float round(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.isNaN(value)
        ? value
        : Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }

  private Path go(Path source, UnaryOperator<Order> way, String name) {
    return way.apply(Order.of(source, folder.resolve(name))).done();
  }

  private static UnaryOperator<Order> way(Random random, TinyGpt model, boolean whole) {
    int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
    int pipeline = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
    if (!whole) {
      return order -> order.grid(tensor, pipeline);
    }
    boolean legacy = model.legacyToo() && random.nextBoolean();
    boolean ranks = random.nextBoolean();
    return order ->
        order
            .grid(tensor, pipeline)
            .vocab(model.vocabulary)
            .naming(legacy ? Naming.LEGACY : Naming.MCORE)
            .layout(ranks ? WeightLayout.RANKS : WeightLayout.DISTRIBUTED);
  }
}
