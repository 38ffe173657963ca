package io.shardwright.adapters.huggingface;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.Quantized;
import io.shardwright.spi.format.Quantized.Fp8Blocks;
import io.shardwright.spi.format.Quantized.Mxfp4Groups;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TensorSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Quantized weights, by the last parts of the names of tensors that only such have beside them. FP8
 * with a scale per block and MXFP4 are computed; others are refused.
 */
final class Quantization {
  /** What config.json says of it. */
  static final String CONFIG = "quantization_config";

  private static final String INVERSE = "_scale_inv";
  private static final String BLOCKS = "_blocks";
  private static final String SCALES = "_scales";

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

  private final StoredFiles files;
  private final Obj config;
  private final Optional<String> method;
  private Map<String, ContainedTensor> plain = Map.of();

  /** Said once for all weights; asked for where there are any. */
  private Fp8Blocks block;

  private final Map<String, Long> kinds = new TreeMap<>();

  /**
   * Looks at nothing yet.
   *
   * @param files those of the folder
   * @param config the folder's configuration
   */
  Quantization(StoredFiles files, Obj config) {
    this.files = files;
    this.config = config;
    this.method = said().flatMap(map -> map.get("quant_method")).flatMap(JsonValue::asText);
  }

  /**
   * A set's tensors, values in place of what they are computed from.
   *
   * @throws UnsupportedCheckpointException naming the first tensor of another kind of quantized
   *     weights, the method and who says so
   */
  Map<String, ContainedTensor> plain(TensorSet set) {
    Map<String, ? extends ContainedTensor> stored = set.named();
    plain = new LinkedHashMap<>(stored);
    stored.forEach(this::take);
    if (isOf("fp8")) {
      plain.forEach(this::requireScaled);
    }
    return plain;
  }

  private void take(String name, ContainedTensor tensor) {
    if (name.endsWith(BLOCKS) && isOf("mxfp4")) {
      String weight = name.substring(0, name.length() - BLOCKS.length());
      ContainedTensor scales = require(weight + SCALES, name);
      compute(weight, name, weight + SCALES, new Quantized(tensor, scales, new Mxfp4Groups()));
      kinds.merge("MXFP4", 1L, Long::sum);
    } else if (name.endsWith(INVERSE) && isOf("fp8")) {
      String weight = name.substring(0, name.length() - INVERSE.length());
      ContainedTensor codes = require(weight, name);
      String one = weight.equals(codes.spec().name()) ? codes.spec().name() : weight;
      if (block == null) {
        block = block();
      }
      compute(one, weight, name, new Quantized(codes, tensor, block));
      kinds.merge("FP8 with a scale per block", 1L, Long::sum);
    } else {
      String mark = MARKS.get(name.substring(name.lastIndexOf('.') + 1));
      if (mark != null) {
        refuse(mark, name);
      }
    }
  }

  private ContainedTensor require(String name, String other) {
    return Optional.<ContainedTensor>ofNullable(plain.get(name))
        .orElseThrow(
            () ->
                new MalformedCheckpointException(
                    ErrorCode.TENSOR_MISSING,
                    files.name(),
                    "holds '" + other + "' and no '" + name + "' that belongs to it"));
  }

  private void compute(String name, String codes, String scales, Quantized stored) {
    ContainedTensor computed = files.dequantized(name, stored);
    plain.remove(codes);
    plain.remove(scales);
    if (plain.put(name, computed) != null) {
      throw new MalformedCheckpointException(
          ErrorCode.SOURCES_DISAGREE,
          files.name(),
          "holds '" + name + "' and '" + codes + "', which are the same weight");
    }
  }

  private void requireScaled(String name, ContainedTensor tensor) {
    if (tensor.spec().dtype().isFloat8()) {
      throw new MalformedCheckpointException(
          ErrorCode.TENSOR_MISSING,
          files.name(),
          "'"
              + name
              + "' is "
              + tensor.spec().dtype().torchName()
              + " and has no '"
              + name
              + INVERSE
              + "'");
    }
  }

  /** The configuration that is left once the weights are plain. */
  Obj rest() {
    Obj rest = config.copy();
    if (!kinds.isEmpty()) {
      rest.fields().remove(CONFIG);
    }
    return rest;
  }

  /** What a user should know. */
  List<String> notes() {
    return kinds.entrySet().stream()
        .map(kind -> kind.getValue() + " weights are " + kind.getKey())
        .toList();
  }

  private boolean isOf(String wanted) {
    return method.filter(wanted::equals).isPresent();
  }

  private Optional<Obj> said() {
    return config.get(CONFIG).filter(Obj.class::isInstance).map(Obj.class::cast);
  }

  private Fp8Blocks block() {
    List<Long> sizes =
        said()
            .flatMap(map -> map.get("weight_block_size"))
            .filter(Arr.class::isInstance)
            .flatMap(list -> ((Arr) list).longs())
            .orElse(List.of());
    if (sizes.size() != 2 || sizes.stream().anyMatch(size -> size < 1)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          files.name(),
          CONFIG + " states no weight_block_size of two numbers, expected such as [128, 128]");
    }
    return new Fp8Blocks(sizes.get(0), sizes.get(1));
  }

  private void refuse(String mark, String tensor) {
    throw new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        files.name(),
        "'"
            + tensor
            + "' belongs to quantized weights ("
            + kind(mark, tensor)
            + "; "
            + config
                .get(CONFIG)
                .map(said -> CONFIG + " says " + method.orElse("no quant_method"))
                .orElse("config.json has no " + CONFIG)
            + "), expected weights that are not quantized");
  }

  /** Scales are told by the type of what they scale. */
  private String kind(String mark, String tensor) {
    String weight = tensor.substring(0, tensor.lastIndexOf('.') + 1) + "weight";
    return !mark.equals(SCALED)
        ? "of " + mark
        : Optional.ofNullable(plain.get(weight))
            .map(scaled -> scaled.spec().dtype())
            .map(
                type ->
                    "'" + weight + "' is " + (type.isFloat8() ? "FP8: " : "") + type.torchName())
            .orElse("of scaled values");
  }
}
