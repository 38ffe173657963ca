package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Verification;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What came of something that may be refused.
 *
 * @param kind why it was refused; empty where it was done
 * @param said the refusal, or a note a line, in the API's words
 */
record Attempt(Optional<Kind> kind, String said) {
  static Attempt of(Supplier<List<String>> notes) {
    try {
      return new Attempt(Optional.empty(), String.join("\n", notes.get()));
    } catch (CheckpointException refusal) {
      return new Attempt(Optional.of(refusal.code().kind()), refusal.getMessage());
    }
  }

  static Attempt verify(Path checkpoint, Verification.Detail... details) {
    return of(
        () ->
            Checkpoints.SHARDWRIGHT
                .verify(checkpoint, Set.of(details), ProgressListener.SILENT)
                .notes());
  }

  static Attempt open(Path path) {
    return of(
        () -> {
          try (var checkpoint = Checkpoints.SHARDWRIGHT.open(path)) {
            checkpoint.tensors();
            return checkpoint.summary().notes();
          }
        });
  }

  /** All that looks at a checkpoint and leaves it as it is. */
  static List<Attempt> looks(Path checkpoint) {
    return List.of(open(checkpoint), verify(checkpoint));
  }

  /** It was done, and this was said. */
  Attempt assertDone(String... parts) {
    return assertSaid(Optional.empty(), parts);
  }

  /** It was refused for such a reason, and this was said. */
  Attempt assertRefused(Kind wanted, String... parts) {
    return assertSaid(Optional.of(wanted), parts);
  }

  private Attempt assertSaid(Optional<Kind> wanted, String... parts) {
    assertEquals(wanted, kind, said);
    for (String part : parts) {
      assertTrue(said.contains(part), said);
    }
    return this;
  }
}
