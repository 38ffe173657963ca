package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models whose weights are FP8 with a scale per block. */
class DequantizeTest extends ModelFolders {
  private static final String WEIGHT = "model.layers.0.self_attn.q_proj.weight";

  private Path quantized(DType type, DType scales) throws IOException {
    Path source = huggingFace("llama");
    new QuantizedFolder(source, folder.resolve("plain"), type, scales, 22);
    return source;
  }

  private static Order plain(Order order) {
    return order.with(request -> request.dequantize(true));
  }

  @ParameterizedTest
  @CsvSource({"BFLOAT16, FLOAT32", "FLOAT32, FLOAT32", "BFLOAT16, FLOAT8_E8M0FNU"})
  void givesTheProductsOnAnyRanksByAnyNumberOfThreads(DType type, DType scales) throws IOException {
    Path source = quantized(type, scales);
    UnaryOperator<Order> ranks =
        order -> (type == DType.FLOAT32 ? order.dtype(type) : order).grid(2, 2);
    Path expected = convert(folder.resolve("plain"), "expected.nemo", ranks);
    List<String> config = configOf(expected);
    for (int threads : new int[] {1, 3}) {
      Path out = convert(source, threads + ".nemo", o -> plain(ranks.apply(o)).threads(threads));
      assertEquals(Checkpoints.found(expected), Checkpoints.found(out));
      assertEquals(config, configOf(out));
    }
  }

  @Test
  void saysHowManyWeightsWereRounded() throws IOException {
    var order =
        plain(converting(quantized(DType.BFLOAT16, DType.FLOAT32), folder.resolve("o.nemo")));
    String planned = String.join("\n", order.plan().notes());
    assertTrue(planned.contains("weights are dequantized to bfloat16"), planned);
    var report = order.report();
    assertTrue(report.dequantized() > 0, report.toString());
    assertEquals(report.dequantized(), report.dequantizedRounded());
  }

  @Test
  void powersOfTwoRoundNothing() throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT8_E8M0FNU);
    var report = plain(converting(source, folder.resolve("o.nemo"))).report();
    assertTrue(report.dequantized() > 0, report.toString());
    assertEquals(0, report.dequantizedRounded());
  }

  @Test
  void isRefusedUnlessItIsAllowed() throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT32);
    assertRefused(Kind.INPUT, "write weights that are not quantized with dequantize", source);
    var order = Order.of(source, folder.resolve("planned.nemo")).to(TargetFormat.NEMO);
    order.planned().assertRefused(Kind.INPUT, "float8_e4m3fn");
  }

  @Test
  void isReadVerifiedAndComparedAsTheValuesThatItMeans() throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT32);
    Attempt.verify(source).assertDone("weights are FP8 with a scale per block");
    var difference =
        Checkpoints.SHARDWRIGHT.diff(
            source, folder.resolve("plain"), RunOptions.DEFAULT, ProgressListener.SILENT);
    assertTrue(difference.same(), difference.toString());
    try (var open = Checkpoints.SHARDWRIGHT.open(source)) {
      assertTrue(
          open.tensors().stream().anyMatch(t -> t.spec().name().equals(WEIGHT + "_scale_inv")));
    }
  }

  @Test
  void staysAsItIsStoredWhereTensorsAreWrittenAsTheyAre() throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT32);
    Path stored = Order.of(source, folder.resolve("s")).to(TargetFormat.SAFETENSORS).done();
    var held = HeldTensors.of(stored.resolve(WEIGHTS));
    assertEquals(DType.FLOAT8_E4M3FN, held.spec(WEIGHT).dtype());
    assertEquals(DType.FLOAT32, held.spec(WEIGHT + "_scale_inv").dtype());
    Path values = plain(Order.of(source, folder.resolve("v")).to(TargetFormat.SAFETENSORS)).done();
    var plain = HeldTensors.of(values.resolve(WEIGHTS));
    assertEquals(DType.BFLOAT16, plain.spec(WEIGHT).dtype());
    assertFalse(plain.names().contains(WEIGHT + "_scale_inv"));
  }

  @Test
  void refusesToTurnWhatNoClassIsKnownOf() throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT32);
    Path config = source.resolve(CONFIG);
    String text = Files.readString(config).replace("LlamaForCausalLM", "OtherForCausalLM");
    Files.writeString(config, text.replace("\"llama\"", "\"other\""));
    plain(Order.of(source, folder.resolve("o")).to(TargetFormat.SAFETENSORS))
        .tried()
        .assertRefused(Kind.INPUT, "its scale is missing");
  }

  @Test
  void comesBackWithoutQuantizationConfig() throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT32);
    Path back = convert(convert(source, "m.nemo", DequantizeTest::plain), "back");
    assertSame(folder.resolve("plain"), back, WEIGHTS);
    assertFalse(Files.readString(back.resolve(CONFIG)).contains("quantization_config"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no | has no 'model.layers.0.self_attn.q_proj.weight_scale_inv'",
        "shape | expected [",
        "block | states no weight_block_size",
        "orphan | that belongs to it",
      })
  void refusesWhatIsNotWhole(String fault, String part) throws IOException {
    Path source = quantized(DType.BFLOAT16, DType.FLOAT32);
    var held = HeldTensors.of(source.resolve(WEIGHTS));
    String scales = WEIGHT + "_scale_inv";
    switch (fault) {
      case "no" -> held.remove(scales);
      case "shape" -> held.copy("model.layers.0.mlp.down_proj.weight_scale_inv", scales);
      case "orphan" -> held.remove(WEIGHT);
      default -> {
        Path config = source.resolve(CONFIG);
        Files.writeString(config, Files.readString(config).replace("weight_block_size", "other"));
      }
    }
    held.write(source.resolve(WEIGHTS));
    assertRefused(Kind.INPUT, List.of(part), source);
  }
}
