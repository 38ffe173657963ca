package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import io.shardwright.engine.HeldTensors;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A run takes no more buffers than its plan says. */
class PlannedMemoryTest extends HuggingFaceFolders {
  /** For what the JDK itself copies small files by. */
  private static final long SLACK = 256 << 10;

  private static final Pattern PLANNED = Pattern.compile("\"buffer_bytes\" : (\\d+)");

  @Test
  void holdsForCopiesCastsAndProducts() throws IOException {
    Path base = huggingFace("llama");
    Path half = convert(base, "half.nemo", "--dtype", "bf16", "--allow-lossy");
    Path lora = Path.of("../core/src/test/resources/peft/llama");
    holds(Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder), "--to", "nemo", "--tp", 1);
    holds(half, "--to", "nemo", "--dtype", "fp32");
    holds(base, "--to", "nemo", "--lora", lora);
    holds(half, "--to", "nemo", "--lora", lora);
    holds(half, "--to", "nemo", "--lora", lora, "--dtype", "fp16", "--allow-lossy");
    String gate = "model.layers.0.mlp.gate_proj.weight";
    var narrow = HeldTensors.of(convert(half, "back").resolve(WEIGHTS));
    Path mixed = copy("/community/llama", "mixed");
    HeldTensors.of(mixed.resolve(WEIGHTS))
        .add(narrow.spec(gate), narrow.bytes(gate))
        .write(mixed.resolve(WEIGHTS));
    holds(mixed, "--to", "nemo", "--dtype", "bf16", "--allow-lossy");
    holds(mixed, "--to", "nemo", "--dtype", "fp64");
    holds(mixed, "--to", "nemo", "--lora", lora, "--dtype", "fp16", "--allow-lossy");
  }

  private void holds(Path source, Object... options) {
    Path target = folder.resolve("out.nemo");
    var words = new ArrayList<Object>(List.of("plan", source, target, "--threads", 1));
    words.addAll(List.of("--no-verify", "--overwrite", "--json"));
    words.addAll(List.of(options));
    var planned = PLANNED.matcher(Run.of(words.toArray()).out());
    assertTrue(planned.find());
    words.set(0, "convert");
    long before = direct();
    Run run = Run.of(words.toArray());
    long taken = direct() - before;
    assertEquals(0, run.code(), run.err());
    long most = Long.parseLong(planned.group(1));
    assertTrue(taken <= most + SLACK, words + ": " + taken + " bytes, planned " + most);
  }

  private static long direct() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
