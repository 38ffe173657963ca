package io.shardwright.adapters.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TensorSet;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizationTest {
  /** A folder that only has a name. */
  private static final StoredFiles FILES =
      (StoredFiles)
          Proxy.newProxyInstance(
              StoredFiles.class.getClassLoader(),
              new Class<?>[] {StoredFiles.class},
              (proxy, method, arguments) -> "folder");

  private record Named(Map<String, ContainedTensor> tensors) implements TensorSet {
    @Override
    public String name() {
      return "model.safetensors";
    }

    @Override
    public Set<String> parts() {
      return Set.of(name());
    }

    @Override
    public Map<String, ContainedTensor> named() {
      return tensors;
    }

    @Override
    public List<String> notes() {
      return List.of();
    }

    @Override
    public Map<String, String> calls() {
      return Map.of();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "weight_scale, FLOAT8_E4M3FN, 'a.weight' is FP8: float8_e4m3fn",
    "weight_scale_inv, FLOAT8_E5M2, 'a.weight' is FP8: float8_e5m2",
    "weight_scale, INT8, 'a.weight' is int8",
    "input_scale, FLOAT8_E4M3FN, FP8",
    "qweight, FLOAT32, of GPTQ or AWQ",
    "qzeros, FLOAT32, of GPTQ or AWQ",
    "weight.absmax, UINT8, of bitsandbytes",
    "weight.quant_state.bitsandbytes__nf4, UINT8, of bitsandbytes",
    "SCB, INT8, of bitsandbytes",
    "weight_packed, INT32, of compressed-tensors",
  })
  void isSaidByTheFirstTensorThatOnlySuchWeightsHave(String name, DType weight, String kind) {
    Map<String, ContainedTensor> tensors = new LinkedHashMap<>();
    add(tensors, "a.weight", weight);
    add(tensors, "a." + name, DType.FLOAT32);
    Obj config = Obj.empty().put("model_type", new Str("llama"));
    String absent = refusal(config, tensors);
    assertTrue(absent.contains("'a." + name + "'") && absent.contains(strip(kind)), absent);
    assertTrue(absent.contains("config.json has no quantization_config"), absent);
    config.put("quantization_config", Obj.empty().put("quant_method", new Str("own")));
    String said = refusal(config, tensors);
    assertTrue(said.contains("quantization_config says own"), said);
  }

  @Test
  void plainWeightsArePlain() {
    Map<String, ContainedTensor> tensors = new LinkedHashMap<>();
    add(tensors, "a.weight", DType.FLOAT8_E4M3FN);
    add(tensors, "a.scale", DType.FLOAT32);
    assertEquals(tensors, new Quantization(FILES, Obj.empty()).plain(new Named(tensors)));
  }

  private static String strip(String kind) {
    return kind.substring(kind.indexOf(' ') + 1);
  }

  private static String refusal(Obj config, Map<String, ContainedTensor> tensors) {
    var refusal =
        assertThrows(
            UnsupportedCheckpointException.class,
            () -> new Quantization(FILES, config).plain(new Named(tensors)));
    assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
    return refusal.getMessage();
  }

  private static void add(Map<String, ContainedTensor> tensors, String name, DType type) {
    var spec = new TensorSpec(name, type, Shape.of(1));
    tensors.put(name, () -> spec);
  }
}
