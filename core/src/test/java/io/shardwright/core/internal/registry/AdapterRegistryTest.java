package io.shardwright.core.internal.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.PlainConfig;
import io.shardwright.engine.Providers;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterRegistryTest {
  @TempDir Path folder;

  @Test
  void survivesABrokenNeighbour() throws IOException {
    var registry =
        load(
            First.class.getName(),
            Throwing.class.getName(),
            "no.such.Adapter",
            Nameless.class.getName());
    assertEquals("first", registry.ids());
    assertEquals(3, registry.failures().size(), registry.failures().toString());
  }

  @Test
  void refusesTheSameIdTwice() {
    var refusal =
        assertThrows(
            AdapterException.class, () -> load(First.class.getName(), SecondFirst.class.getName()));
    assertEquals(ErrorCode.ADAPTER_BROKEN, refusal.code());
    assertTrue(refusal.getMessage().contains("'first'"), refusal.getMessage());
  }

  @Test
  void refusesTwoFamiliesThatClaimOneCheckpointNamingBoth() throws IOException {
    var registry = load(First.class.getName(), Rival.class.getName());
    for (Map<String, String> config : List.of(Map.of("target", "Shared"), Map.of("other", "x"))) {
      var refusal =
          assertThrows(
              UnrecognizedCheckpointException.class,
              () -> registry.claiming(config(config), () -> Set.of("a"), "model.nemo"));
      assertEquals(ErrorCode.FAMILY_AMBIGUOUS, refusal.code());
      assertTrue(
          refusal.getMessage().contains("'first' (") && refusal.getMessage().contains("'rival' ("));
    }
  }

  @Test
  void findsAFamilyByItsTargetClass() throws IOException {
    var registry = load(First.class.getName(), Rival.class.getName());
    var claimed =
        registry.claiming(config(Map.of("target", "OnlyFirst")), () -> Set.of("a"), "model.nemo");
    assertEquals("first", claimed.orElseThrow().id());
    assertEquals(
        Optional.empty(), registry.claiming(config(Map.of("target", "None")), Set::of, "x"));
  }

  private AdapterRegistry load(String... providers) throws IOException {
    try (var loader = new Providers(folder)) {
      return AdapterRegistry.load(loader.offer(ModelFamilyAdapter.class, List.of(providers)));
    }
  }

  private static ModelConfig config(Map<String, String> values) {
    return new PlainConfig(values);
  }

  /** An adapter that claims everything. */
  public static class First extends PlainAdapter {
    /** As a provider is made. */
    public First() {
      this("first", "OnlyFirst", "Shared");
    }

    private First(String id, String... classes) {
      super(id, classes);
    }
  }

  /** Another with the same id. */
  public static final class SecondFirst extends First {}

  /** Another that claims the same checkpoints. */
  public static final class Rival extends First {
    /** As a provider is made. */
    public Rival() {
      super("rival", "Shared");
    }
  }

  /** One that can't be made. */
  public static final class Throwing extends First {
    /** Fails as a provider with a missing dependency does. */
    public Throwing() {
      throw new IllegalStateException("broken");
    }
  }

  /** One without an id. */
  public static final class Nameless extends First {
    /** As a provider is made. */
    public Nameless() {
      super("Not An Id", "OnlyFirst", "Shared");
    }
  }
}
