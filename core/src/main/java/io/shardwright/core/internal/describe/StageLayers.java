package io.shardwright.core.internal.describe;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The distribution of layers over pipeline stages. In a stage's file they are numbered from 0;
 * stage s of p holds layers s·L/p to (s+1)·L/p - 1 of L (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/transformer.py}).
 *
 * @param layers in the whole model
 * @param stages pipeline size
 */
public record StageLayers(int layers, int stages) {
  private static final Pattern LAYER = Pattern.compile("(?<=\\.layers\\.)[0-9]{1,6}(?=\\.|$)");

  private int perStage() {
    return Math.max(1, layers / stages);
  }

  /** How many layers each stage holds; what does not come out even is the last one's. */
  long[] shares() {
    var shares = new long[stages];
    Arrays.fill(shares, layers / stages);
    shares[stages - 1] = layers - (stages - 1L) * (layers / stages);
    return shares;
  }

  /** The stage of a layer. */
  public int stage(int layer) {
    return Math.min(stages - 1, layer / perStage());
  }

  /** A name of a stage's file with its layer numbered in the whole model. */
  public String global(String name, int stage) {
    return renumber(name, local -> local + stage * perStage());
  }

  /** A name of the whole model with its layer numbered within its stage. */
  public String local(String name) {
    return renumber(name, layer -> layer - stage(layer) * perStage());
  }

  /** The number of the layer that a name belongs to. */
  public static OptionalInt layer(String name) {
    Matcher found = LAYER.matcher(name);
    return found.find() ? OptionalInt.of(Integer.parseInt(found.group())) : OptionalInt.empty();
  }

  /** A name with a star for its layer's number. */
  public static String pattern(String name) {
    return LAYER.matcher(name).replaceFirst("*");
  }

  private String renumber(String name, IntUnaryOperator change) {
    OptionalInt layer = stages == 1 ? OptionalInt.empty() : layer(name);
    return layer.isEmpty()
        ? name
        : LAYER.matcher(name).replaceFirst(Integer.toString(change.applyAsInt(layer.getAsInt())));
  }
}
