package io.shardwright.bench.input;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A decoder of LLaMA's build with an output layer of its own: its sizes tell its tensors.
 *
 * @param hidden values a token
 * @param ffn inner width of the MLP
 * @param groups of queries that share keys and values
 * @param vocabulary true size, without padding
 * @param gated whether the MLP has a gate; else the model is no LLaMA but a GPT
 */
public record Decoder(
    int layers, long hidden, long ffn, int heads, int groups, long vocabulary, boolean gated) {
  /** LLaMA 2 70B. */
  public static final Decoder SEVENTY_BILLION = new Decoder(80, 8_192, 28_672, 64, 8, 32_000, true);

  /** Llama 3.1 405B. */
  public static final Decoder FOUR_HUNDRED_BILLION =
      new Decoder(126, 16_384, 53_248, 128, 8, 128_256, true);

  /** Many tensors and few bytes: 167 layers of 6 tensors, and 3 beside them. */
  public static final Decoder THOUSAND = new Decoder(167, 32, 64, 8, 4, 256, true);

  private static final long BYTES_PER_ELEMENT = 2;
  private static final int LAYER_STEP = 4;
  private static final long HEAD_SIZE = 64;
  private static final int GROUPS = 8;
  private static final long VOCABULARY = 32_000;

  /**
   * The decoder nearest to a size that has a multiple of four layers, and eight groups of queries.
   */
  public static Decoder ofSize(long bytes, boolean gated) {
    Decoder nearest = null;
    for (long hidden : List.of(2_048L, 1_024L, 512L)) {
      nearest = ofSize(bytes, hidden, gated);
      if (nearest.layers() > LAYER_STEP) {
        break;
      }
    }
    return nearest;
  }

  private static Decoder ofSize(long bytes, long hidden, boolean gated) {
    var one =
        new Decoder(1, hidden, 4 * hidden, (int) (hidden / HEAD_SIZE), GROUPS, VOCABULARY, gated);
    long ends = 2 * VOCABULARY * hidden * BYTES_PER_ELEMENT;
    long layer = one.bytes() - ends;
    long steps = Math.round((double) (bytes - ends) / layer / LAYER_STEP);
    return one.withLayers((int) Math.max(1, steps) * LAYER_STEP);
  }

  private Decoder withLayers(int wanted) {
    return new Decoder(wanted, hidden, ffn, heads, groups, vocabulary, gated);
  }

  long headSize() {
    return hidden / heads;
  }

  Whole words() {
    return new Whole("embedding.word_embeddings.weight", vocabulary, hidden);
  }

  Whole attentionNorm(int layer) {
    return vector(attention(layer) + "linear_qkv.layer_norm_weight");
  }

  Whole qkv(int layer) {
    long rows = (heads + 2L * groups) * headSize();
    return new Whole(attention(layer) + "linear_qkv.weight", rows, hidden);
  }

  Whole projection(int layer) {
    return new Whole(attention(layer) + "linear_proj.weight", hidden, heads * headSize());
  }

  Whole mlpNorm(int layer) {
    return vector(mlp(layer) + "linear_fc1.layer_norm_weight");
  }

  Whole up(int layer) {
    return new Whole(mlp(layer) + "linear_fc1.weight", (gated ? 2 : 1) * ffn, hidden);
  }

  Whole down(int layer) {
    return new Whole(mlp(layer) + "linear_fc2.weight", hidden, ffn);
  }

  Whole norm() {
    return vector("decoder.final_layernorm.weight");
  }

  Whole output() {
    return new Whole("output_layer.weight", vocabulary, hidden);
  }

  static String layer(int number) {
    return "decoder.layers." + number + ".";
  }

  private static String attention(int layer) {
    return layer(layer) + "self_attention.";
  }

  private static String mlp(int layer) {
    return layer(layer) + "mlp.";
  }

  private Whole vector(String name) {
    return new Whole(name, 1, hidden);
  }

  /** Bytes of all tensors. */
  public long bytes() {
    long layer =
        IntStream.of(0)
            .mapToObj(
                n -> List.of(attentionNorm(n), qkv(n), projection(n), mlpNorm(n), up(n), down(n)))
            .flatMap(List::stream)
            .mapToLong(Decoder::bytes)
            .sum();
    return layers * layer + bytes(words()) + bytes(norm()) + bytes(output());
  }

  private static long bytes(Whole whole) {
    return Math.multiplyExact(whole.rows() * whole.columns(), BYTES_PER_ELEMENT);
  }
}
