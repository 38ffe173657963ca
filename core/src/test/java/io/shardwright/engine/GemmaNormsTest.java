package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The norms of the first Gemma, which formats keep in two ways. */
class GemmaNormsTest extends ModelFolders {
  @Test
  void gemmaComesBackToOneRounding() throws IOException {
    Path source = huggingFace("gemma");
    Path back = convert(convert(source, "m.nemo", order -> order.tp(2)), "back");
    Map<String, float[]> before = floats(source);
    Map<String, float[]> after = floats(back);
    assertEquals(before.keySet(), after.keySet());
    before.forEach(
        (name, values) -> {
          for (int i = 0; i < values.length; i++) {
            float allowed = name.contains("norm") ? Math.ulp(1f + values[i]) : 0;
            assertEquals(values[i], after.get(name)[i], allowed, name);
          }
        });
  }

  /** Megatron-Core's formats keep w, as Hugging Face does, and a flag says so. */
  @ParameterizedTest
  @ValueSource(strings = {"bridge", "torch_dist"})
  void gemmaComesBackFromMegatronsFormatsAsItWas(String format) throws IOException {
    Path source = huggingFace("gemma");
    Path out = Order.of(source, folder.resolve("m")).to(new TargetFormat(format)).tp(2).done();
    Path back =
        Order.of(out, folder.resolve("back"))
            .to(TargetFormat.HUGGING_FACE)
            .config(source.resolve(CONFIG))
            .done();
    assertSame(source, back, WEIGHTS, CONFIG);
  }

  /** What NeMo keeps of a norm is greater by 1. */
  @Test
  void takesOneFromGemmasNormsOnTheWayFromNemoToMegatron() throws IOException {
    Path source = huggingFace("gemma");
    Path nemo = convert(source, "m.nemo");
    Path out = Order.of(nemo, folder.resolve("m")).to(new TargetFormat("bridge")).done();
    assertTrue(Checkpoints.diff(out, nemo).same());
    Path again = Order.of(out, folder.resolve("again")).to(TargetFormat.HUGGING_FACE).done();
    assertSame(convert(nemo, "back"), again, WEIGHTS);
  }

  @Test
  void countsWhatGemmaInHalfPrecisionLoses() throws IOException {
    Path source = huggingFace("gemma");
    var report =
        Order.of(source, folder.resolve("m.nemo"))
            .dtype(DType.BFLOAT16)
            .lossy()
            .to(TargetFormat.NEMO)
            .report();
    assertTrue(report.inexact() > 0, "" + report);
  }
}
