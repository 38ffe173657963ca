package io.shardwright.adapters.megatron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BucketLayoutTest {
  /** Megatron-Core 0.19.2's GPTModel has no other local layers. */
  @Test
  void expertsOfLocalLayersAreSeparateModules() {
    var local = Map.of("transformer_impl", "local");
    var grouped = Map.of("transformer_impl", "local", "moe_grouped_gemm", "true");
    var expected = Map.of("transformer_impl", "local", "moe_grouped_gemm", "false");
    assertEquals(expected, new BucketLayout(1, local).order());
    assertEquals(expected, new BucketLayout(1, grouped).order());
  }
}
