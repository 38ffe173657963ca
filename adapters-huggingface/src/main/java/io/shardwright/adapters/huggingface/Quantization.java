package io.shardwright.adapters.huggingface;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import java.util.Map;
import java.util.Optional;

/** Tensors that only quantized weights have beside them, by the last part of their names. */
final class Quantization {
  private static final String BITS_AND_BYTES = "bitsandbytes";
  private static final String PACKED = "GPTQ or AWQ";
  private static final String SCALED = "scaled";
  private static final Map<String, String> MARKS =
      Map.ofEntries(
          Map.entry("SCB", BITS_AND_BYTES),
          Map.entry("absmax", BITS_AND_BYTES),
          Map.entry("nested_absmax", BITS_AND_BYTES),
          Map.entry("quant_map", BITS_AND_BYTES),
          Map.entry("quant_state", BITS_AND_BYTES),
          Map.entry("bitsandbytes__nf4", BITS_AND_BYTES),
          Map.entry("bitsandbytes__fp4", BITS_AND_BYTES),
          Map.entry("qweight", PACKED),
          Map.entry("qzeros", PACKED),
          Map.entry("weight_packed", "compressed-tensors"),
          Map.entry("weight_scale", SCALED),
          Map.entry("weight_scale_inv", SCALED),
          Map.entry("input_scale", SCALED),
          Map.entry("activation_scale", SCALED));

  private Quantization() {}

  /**
   * Refuses quantized weights.
   *
   * @param config the folder's configuration
   * @param where the folder
   * @throws UnsupportedCheckpointException naming the first tensor, the method and who says so
   */
  static void refuse(Obj config, Map<String, ? extends ContainedTensor> tensors, String where) {
    for (String tensor : tensors.keySet()) {
      String last = tensor.substring(tensor.lastIndexOf('.') + 1);
      if (MARKS.containsKey(last)) {
        throw new UnsupportedCheckpointException(
            ErrorCode.UNSUPPORTED,
            where,
            "'"
                + tensor
                + "' belongs to quantized weights ("
                + kind(MARKS.get(last), tensor, tensors)
                + said(config)
                + "), expected plain ones");
      }
    }
  }

  /** Scales are told by the type of what they scale. */
  private static String kind(
      String mark, String tensor, Map<String, ? extends ContainedTensor> tensors) {
    String weight = tensor.substring(0, tensor.lastIndexOf('.') + 1) + "weight";
    return !mark.equals(SCALED)
        ? "of " + mark
        : Optional.ofNullable(tensors.get(weight))
            .map(scaled -> scaled.spec().dtype())
            .map(
                type ->
                    "'" + weight + "' is " + (type.isFloat8() ? "FP8: " : "") + type.torchName())
            .orElse("of scaled values");
  }

  private static String said(Obj config) {
    return config
        .get("quantization_config")
        .map(said -> "; quantization_config says " + method(said))
        .orElse("; config.json has no quantization_config");
  }

  private static String method(JsonValue said) {
    return said instanceof Obj map
        ? map.get("quant_method").flatMap(JsonValue::asText).orElse("no quant_method")
        : "no quant_method";
  }
}
