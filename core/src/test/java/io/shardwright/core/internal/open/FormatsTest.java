package io.shardwright.core.internal.open;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.engine.Providers;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatsTest {
  @TempDir Path folder;

  @Test
  void refusesAnIdOfTwoJarsNamingBoth() {
    var refusal =
        assertThrows(AdapterException.class, () -> load(Mine.class, Theirs.class, Other.class));
    assertEquals(ErrorCode.ADAPTER_BROKEN, refusal.code());
    String jar = Mine.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    assertTrue(
        refusal.getMessage().startsWith("SW-501 " + jar)
            && refusal.getMessage().contains("format id 'mine' is also in " + jar),
        refusal.getMessage());
  }

  @Test
  void refusesTheIdOfAFormatOfOurs() throws IOException {
    for (Class<?> taken : List.of(Nemo.class, Safetensors.class)) {
      var registry = load(taken);
      var refusal =
          assertThrows(AdapterException.class, () -> Formats.of(registry, ReadPolicy.STANDARD));
      assertTrue(refusal.getMessage().contains("rename it"), refusal.getMessage());
    }
  }

  @Test
  void passesOverAFormatWithoutAName() throws IOException {
    var registry = load(Nameless.class, Mine.class);
    assertEquals(1, registry.formats().all().size());
    assertEquals(1, registry.failures().size());
  }

  @Test
  void looksATargetUpByItsNameAndNotByItsPlace() throws IOException {
    var formats = Formats.of(load(Mine.class), ReadPolicy.STANDARD);
    assertThrows(
        UnsupportedCheckpointException.class, () -> formats.target(TargetFormat.HUGGING_FACE));
  }

  private AdapterRegistry load(Class<?>... formats) throws IOException {
    var names = List.of(formats).stream().map(Class::getName).toList();
    try (var loader = new Providers(folder)) {
      return AdapterRegistry.load(loader.offer(ModelFormat.class, names), false, List.of());
    }
  }

  /** A format that recognizes nothing. */
  public static class Mine implements ModelFormat {
    @Override
    public String id() {
      return "mine";
    }

    @Override
    public boolean recognizes(StoredFiles files) {
      return false;
    }

    @Override
    public StoredModel read(StoredFiles files, KnownModels models) {
      throw new IllegalStateException("recognizes nothing");
    }
  }

  /** Another class of the same name. */
  public static final class Theirs extends Mine {}

  /** One with a name of its own. */
  public static final class Other extends Mine {
    @Override
    public String id() {
      return "other";
    }
  }

  /** One with a name of ours. */
  public static final class Nemo extends Mine {
    @Override
    public String id() {
      return "nemo";
    }
  }

  /** One with a name of ours. */
  public static final class Safetensors extends Mine {
    @Override
    public String id() {
      return "safetensors";
    }
  }

  /** One without a name. */
  public static final class Nameless extends Mine {
    @Override
    public String id() {
      return "";
    }
  }
}
