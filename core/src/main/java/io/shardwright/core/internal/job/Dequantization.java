package io.shardwright.core.internal.job;

import io.shardwright.core.internal.codec.quantized.DequantizedSource.Rounding;
import io.shardwright.core.internal.describe.SourceFiles;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.tensor.DType;
import java.util.List;

/**
 * The weights that are computed from quantized ones.
 *
 * @param computed in the source
 */
record Dequantization(List<SourceTensor> computed) {
  /** Those of a plan. */
  static Dequantization of(ExecutablePlan plan) {
    return new Dequantization(plan.source().files().computed());
  }

  /**
   * What is read of a source: values of the type that the request wants, or what is stored where
   * that is written as it is.
   *
   * @throws UnsupportedCheckpointException if weights are quantized and were not to become plain
   */
  static SourceFiles chosen(Resolved resolved, SourceFiles files) {
    if (resolved.request().dequantize()) {
      requireUnderstood(resolved, files);
      DType wanted = resolved.request().dtype().orElse(DType.BFLOAT16);
      boolean brain = wanted == DType.BFLOAT16;
      return files.computedAs(brain ? wanted : DType.FLOAT32);
    } else if (resolved.keeps(Keeps.STORED)) {
      return files.uncomputed();
    }
    var computed = files.computed();
    if (!computed.isEmpty()) {
      SourceTensor codes = computed.get(0).pieces().get(0);
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          resolved.source().name(),
          count(computed.size())
              + " quantized, such as '"
              + codes.spec().name()
              + "' ("
              + codes.spec().dtype().torchName()
              + "): write weights that are not quantized with "
              + Setting.DEQUANTIZE.inText());
    }
    return files;
  }

  /** Values of 8 bits that stay as they are would not be what was asked for. */
  private static void requireUnderstood(Resolved resolved, SourceFiles files) {
    files.tensors().stream()
        .map(SourceTensor::spec)
        .filter(spec -> spec.dtype().isFloat8())
        .findFirst()
        .ifPresent(
            spec -> {
              throw new UnsupportedCheckpointException(
                  ErrorCode.UNSUPPORTED,
                  resolved.source().name(),
                  "'"
                      + spec.name()
                      + "' is "
                      + spec.dtype().torchName()
                      + ", but its scale is missing: leave "
                      + Setting.DEQUANTIZE.inText()
                      + " out");
            });
  }

  private static String count(long tensors) {
    return tensors + (tensors == 1 ? " weight is" : " weights are");
  }

  long tensors() {
    return computed.size();
  }

  /** Those of which a value was rounded. */
  long rounded() {
    return shown(Rounding.ROUNDED);
  }

  private long shown(Rounding rounding) {
    return computed.stream()
        .filter(tensor -> tensor.computed().orElseThrow().rounding() == rounding)
        .count();
  }

  /** What a plan says of them. */
  List<String> planned() {
    return computed.isEmpty() ? List.of() : List.of(count(tensors()) + " dequantized to " + type());
  }

  /** What a run says of them. */
  List<String> notes() {
    if (computed.isEmpty()) {
      return List.of();
    }
    long unread = shown(Rounding.UNKNOWN);
    return List.of(
        "of the dequantized weights "
            + rounded()
            + " have values that were rounded to "
            + type()
            + ", "
            + shown(Rounding.EXACT)
            + " are exact"
            + (unread > 0 ? ", " + unread + " were written by an earlier run" : ""));
  }

  private String type() {
    return computed.get(0).spec().dtype().torchName();
  }
}
