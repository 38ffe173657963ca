package io.shardwright.core.internal.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.shardwright.FamilyFile;
import io.shardwright.engine.PlainConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParameterRule;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows say of weight decay what NeMo's trainings do (NeMo v1.23.0, {@code
 * nemo/collections/nlp/modules/common/megatron/utils.py},
 * get_params_for_weight_decay_optimization).
 */
class DecayRowsTest {
  static Stream<ModelFamilyAdapter> families() {
    Path file = Path.of("src/test/resources/families/llama.yaml");
    return Stream.concat(
        ServiceLoader.load(ModelFamilyAdapter.class).stream().map(ServiceLoader.Provider::get),
        Stream.of(FamilyFile.read(file)));
  }

  @ParameterizedTest
  @MethodSource("families")
  void decayIsThatOfTheProducer(ModelFamilyAdapter family) {
    for (Naming naming : family.namings(PlainConfig.EMPTY)) {
      for (ParameterRule rule : family.parameters(PlainConfig.EMPTY, naming).rules()) {
        String where = family.id() + " " + naming + " " + rule.pattern();
        assertEquals(leftOut(naming, rule.pattern()), rule.traits().noDecay(), where);
      }
    }
  }

  /** Biases, and the norms that are Apex's own classes: Megatron-Core's are none. */
  private static boolean leftOut(Naming naming, String name) {
    String[] parts = name.split("\\.");
    boolean norm = parts.length > 1 && parts[parts.length - 2].endsWith("layernorm");
    return parts[parts.length - 1].equals("bias") || norm && naming != Naming.MCORE;
  }
}
