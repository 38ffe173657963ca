/**
 * Weights of few bits with scales beside them.
 *
 * <pre>
 * fp8    = code[row, column] × scale[row / block rows, column / block columns]   in binary32
 * code   = float8_e4m3fn: sign(1) exponent(4, bias 7) fraction(3), S.1111.111 is NaN, no infinity
 *        | float8_e5m2: sign(1) exponent(5, bias 15) fraction(2), infinities and NaN as in IEEE 754
 * scale  = binary32 | bfloat16 | float8_e8m0fnu: 2^(byte - 127), 255 is NaN
 * mxfp4  = magnitude(bits 0 to 2 of a nibble), negative if bit 3 is set, × 2^(scale - 127)
 * nibble = value 2k of a row in the low half of byte k, value 2k + 1 in the high half
 * magnitude = 0 | 0.5 | 1 | 1.5 | 2 | 3 | 4 | 6; a scale (uint8) for 32 values, 255 is infinity
 * </pre>
 *
 * Source: Open Compute Project, OCP 8-bit Floating Point Specification and Microscaling Formats;
 * transformers 5.24, {@code integrations/finegrained_fp8.py} and {@code integrations/mxfp4.py},
 * whose products of scale 255 are infinite or NaN as torch's {@code ldexp} makes them.
 */
package io.shardwright.core.internal.codec.quantized;
