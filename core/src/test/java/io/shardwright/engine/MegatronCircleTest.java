package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random models on their way through every format that holds them, and home. */
@Tag("sampled")
class MegatronCircleTest {
  private static final int MODELS = 2 * Integer.getInteger("shardwright.density", 1);

  static final TargetFormat TORCH_DIST = new TargetFormat("torch_dist");
  static final TargetFormat BRIDGE = new TargetFormat("bridge");
  static final TargetFormat DCP = new TargetFormat("dcp");
  static final TargetFormat MEGATRON = new TargetFormat("megatron");

  @TempDir Path folder;

  /** What Bridge and Hugging Face have classes for. */
  private static boolean isEverywhere(TinyGpt model) {
    boolean llama = says(model, "activation", "swiglu") && says(model, "normalization", "rmsnorm");
    boolean nemotron =
        says(model, "activation", "squared-relu") && says(model, "normalization", "layernorm1p");
    return (llama || nemotron)
        && says(model, "bias", "false")
        && says(model, "position_embedding_type", "rope");
  }

  /** What Megatron-LM's arguments can say. */
  private static boolean isOfMegatron(TinyGpt model) {
    return List.of("gelu", "squared-relu", "swiglu", "fast-swiglu")
        .contains(model.config.get("activation"));
  }

  private static boolean says(TinyGpt model, String key, String value) {
    return model.config.get(key).equals(value);
  }

  private void circle(Predicate<TinyGpt> models, List<TargetFormat> formats) {
    int seen = 0;
    for (long seed = 0; seen < MODELS; seed++) {
      var model = new TinyGpt(seed);
      if (!models.test(model)) {
        continue;
      }
      if (model.config.get("normalization").equals("rmsnorm")) {
        model.config.put("rotary_percentage", "1.0");
      }
      seen++;
      String where = "seed " + seed + ", " + model;
      var random = new Random(seed);
      Path home = model.write(folder.resolve("home" + seed));
      Path here = ranks(home, folder.resolve("ranks" + seed + ".nemo"), model, random);
      for (TargetFormat format : formats) {
        here = go(here, format, model, random, folder.resolve(format + "-" + seed));
        assertTrue(Checkpoints.diff(home, here).same(), where + ", at " + here);
      }
      Path arrays = folder.resolve("arrays" + seed + ".nemo");
      order(here, arrays, model, random).layout(WeightLayout.DISTRIBUTED).done();
      Path back = folder.resolve("back" + seed + ".nemo");
      Path again = ranks(arrays, folder.resolve("again" + seed + ".nemo"), model, random);
      Order.of(again, back)
          .layout(WeightLayout.RANKS)
          .naming(Naming.MCORE)
          .grid(1, 1)
          .vocab(model.rows())
          .done();
      assertEquals(Checkpoints.tensors(home), Checkpoints.tensors(back), where);
    }
  }

  private static Path ranks(Path source, Path target, TinyGpt model, Random random) {
    Order order = order(source, target, model, random).vp(1);
    return order.layout(WeightLayout.RANKS).naming(Naming.MCORE).done();
  }

  private static Path go(
      Path source, TargetFormat format, TinyGpt model, Random random, Path target) {
    Order order =
        List.of(TargetFormat.HUGGING_FACE, DCP).contains(format)
            ? Order.of(source, target).vocab(model.rows())
            : order(source, target, model, random);
    return order.to(format).done();
  }

  private static Order order(Path source, Path target, TinyGpt model, Random random) {
    int tensor = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.groups) + 1);
    int pipeline = 1 << random.nextInt(Integer.numberOfTrailingZeros(model.layers) + 1);
    Order order = Order.of(source, target).grid(tensor, pipeline).vocab(model.rows());
    boolean virtual = pipeline > 1 && model.layers / pipeline > 1 && random.nextBoolean();
    return virtual ? order.vp(2) : order.vp(1);
  }

  @Test
  void everyFormatGivesBackWhatItWasGiven() {
    circle(
        MegatronCircleTest::isEverywhere,
        List.of(TORCH_DIST, BRIDGE, TargetFormat.HUGGING_FACE, DCP, MEGATRON));
  }

  @Test
  void megatronIsAHomeForModelsThatBridgeHasNoClassFor() {
    circle(
        model -> isOfMegatron(model) && says(model, "position_embedding_type", "learned_absolute"),
        List.of(MEGATRON, TORCH_DIST));
  }
}
