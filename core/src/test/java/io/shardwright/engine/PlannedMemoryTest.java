package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A run takes no more buffers than its plan says. */
class PlannedMemoryTest extends ModelFolders {
  /** For what the JDK itself copies small files by. */
  private static final long SLACK = 256 << 10;

  @Test
  void holdsForCopiesCastsAndProducts() throws IOException {
    Path base = huggingFace("llama");
    Path half = convert(base, "half.nemo", order -> order.dtype(DType.BFLOAT16).lossy());
    Path lora = Path.of("../core/src/test/resources/peft/llama");
    holds(Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder), order -> order.tp(1));
    holds(half, order -> order.dtype(DType.FLOAT32));
    holds(base, order -> order.lora(lora));
    holds(half, order -> order.lora(lora));
    holds(half, order -> order.lora(lora).dtype(DType.FLOAT16).lossy());
    String gate = "model.layers.0.mlp.gate_proj.weight";
    var narrow = HeldTensors.of(convert(half, "back").resolve(WEIGHTS));
    Path mixed = copy("/community/llama", "mixed");
    HeldTensors.of(mixed.resolve(WEIGHTS))
        .add(narrow.spec(gate), narrow.bytes(gate))
        .write(mixed.resolve(WEIGHTS));
    holds(mixed, order -> order.dtype(DType.BFLOAT16).lossy());
    holds(mixed, order -> order.dtype(DType.FLOAT64));
    holds(mixed, order -> order.lora(lora).dtype(DType.FLOAT16).lossy());
  }

  private void holds(Path source, UnaryOperator<Order> options) {
    Path target = folder.resolve("out.nemo");
    var order = options.apply(Order.of(source, target).to(TargetFormat.NEMO));
    order.threads(1).overwrite().with(parts -> parts.verify(false));
    long planned = order.plan().needs().bufferBytes();
    long before = direct();
    order.done();
    long taken = direct() - before;
    assertTrue(taken <= planned + SLACK, source + ": " + taken + " bytes, planned " + planned);
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
