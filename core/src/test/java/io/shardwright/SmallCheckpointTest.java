package io.shardwright;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.RestoreOptions;
import io.shardwright.core.Verification;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallCheckpointTest {
  private static final TensorSpec SPEC = new TensorSpec("model.w", DType.INT16, Shape.of(2, 2));

  @TempDir Path folder;

  @Test
  void isReadBackAsItWasGiven() throws NoSuchAlgorithmException {
    byte[] values = {1, 0, 2, 0, 3, 0, 4, 0};
    var checkpoint = SmallCheckpoint.of("num_layers: 2\ndata:\n  kind: x\n");
    assertEquals("x", checkpoint.config().text("data.kind").orElseThrow());
    assertEquals(
        List.of("num_layers", "data.kind"), List.copyOf(checkpoint.configValues().keySet()));
    Path written = checkpoint.tensor(SPEC, values).write(folder.resolve("small"));
    var shardwright = Shardwright.builder().families(List.of()).build();
    var found =
        shardwright
            .verify(written, Set.of(Verification.Detail.SUMS), ProgressListener.SILENT)
            .tensors();
    assertEquals(List.of(SPEC), found.stream().map(sum -> sum.spec()).toList());
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(values);
    assertEquals(HexFormat.of().formatHex(sum), found.get(0).sha256());
    try (var restored = shardwright.restore(written, RestoreOptions.NONE.withStoredNames())) {
      assertEquals("2", restored.config().text("num_layers").orElseThrow());
    }
  }

  @Test
  void refusesTooFewBytesAndWhatIsNoConfiguration() {
    var checkpoint = SmallCheckpoint.of("a: b\n");
    assertThrows(IllegalArgumentException.class, () -> checkpoint.tensor(SPEC, new byte[7]));
    assertThrows(MalformedCheckpointException.class, () -> SmallCheckpoint.of("- a\n"));
  }
}
