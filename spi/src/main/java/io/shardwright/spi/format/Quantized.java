package io.shardwright.spi.format;

/**
 * A tensor that is stored as numbers of few bits and the scales to multiply them by. Its values are
 * computed while they are read, each by itself.
 *
 * @param codes the numbers
 * @param scales a scale for each group of numbers
 * @param scheme how both mean values
 */
public record Quantized(ContainedTensor codes, ContainedTensor scales, Scheme scheme) {
  /** How numbers and scales mean values. */
  public sealed interface Scheme {}

  /**
   * FP8 with a scale per block of a matrix, as DeepSeek's {@code weight_scale_inv}: codes {@code
   * [..., rows, columns]} of float8_e4m3fn or float8_e5m2, scales {@code [..., ceil(rows /
   * blockRows), ceil(columns / blockColumns)]} of binary32, bfloat16 or float8_e8m0fnu. A value is
   * code times scale, rounded once to binary32, and once more to bfloat16 where that is wanted
   * (transformers 5.24, {@code integrations/finegrained_fp8.py}).
   *
   * @param rows of a block
   * @param columns of a block
   */
  public record Fp8Blocks(long rows, long columns) implements Scheme {}

  /**
   * MXFP4 as gpt-oss has it: codes {@code [..., columns / 32, 16]} of uint8, two values of
   * float4_e2m1fn a byte, the lower four bits first, scales {@code [..., columns / 32]} of uint8
   * that mean 2<sup>scale - 127</sup>. What it becomes has the last two axes exchanged, {@code
   * [..., columns, rows]} (transformers 5.24, {@code integrations/mxfp4.py}, {@code
   * convert_moe_packed_tensors}).
   */
  public record Mxfp4Groups() implements Scheme {}
}
