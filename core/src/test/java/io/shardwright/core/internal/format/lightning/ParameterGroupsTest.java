package io.shardwright.core.internal.format.lightning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.FamilyFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.Naming;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParameterGroupsTest {
  private static final String FAMILY =
      """
      family: any
      restores: [a.B]
      parallelism: [tensor]
      namings:
        legacy:
          rows:
            - {column: words.scale, on: first, tied_copy: copy.scale, no_decay: true}
            - column: layers.*.bias
            - {replicated: layers.*.norm, no_decay: true}
      """;

  @TempDir Path folder;
  private ParameterGroups groups;

  @BeforeEach
  void readFamily() throws IOException {
    var family = FamilyFile.read(Files.writeString(folder.resolve("any.yaml"), FAMILY));
    var nothing = YamlDocument.of(Map.of(), Guard.standard());
    groups = new ParameterGroups("x.ckpt", () -> RuleMatcher.of(family, nothing, Naming.LEGACY));
  }

  @Test
  void rowsAndNotNamesTellTheGroup() {
    var names = List.of("model.words.scale", "model.layers.3.bias", "layers.0.norm", "copy.scale");
    assertEquals(
        List.of(
            List.of("model.layers.3.bias"),
            List.of("model.words.scale", "layers.0.norm", "copy.scale")),
        groups.of(names, 2));
    assertEquals(List.of(names), groups.of(names, 1));
  }

  @Test
  void aParameterWithoutARowIsRefusedByName() {
    var refusal =
        assertThrows(
            UnsupportedCheckpointException.class, () -> groups.of(List.of("layers.0.gate"), 2));
    assertTrue(refusal.getMessage().contains("layers.0.gate"), refusal.getMessage());
  }
}
