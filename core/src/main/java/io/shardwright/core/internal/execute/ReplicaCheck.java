package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Passage;
import io.shardwright.core.internal.execute.TargetLayout.Piece;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Reads what several ranks hold alike and refuses where they differ. Nothing is written. */
public final class ReplicaCheck {
  private ReplicaCheck() {}

  /**
   * Compares all replicas of a plan's source.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming the rank that differs
   */
  public static void require(ExecutablePlan plan) {
    var replicated =
        plan.steps().stream()
            .filter(step -> step.copied().filter(copy -> !copy.replicas().isEmpty()).isPresent())
            .toList();
    var nowhere = new Nowhere();
    var compared =
        new ExecutablePlan(
            plan.source(),
            plan.choice(),
            List.of(),
            plan.files(),
            plan.arrays(),
            List.of(),
            List.of(),
            replicated);
    Executor.run(compared, nowhere, nowhere, bytes -> {}, Executor.Conditions.of(1));
  }

  /** Takes everything and keeps nothing. */
  private static final class Nowhere implements TargetLayout, OutputFiles {
    @Override
    public List<OutputFile> files() {
      return List.of();
    }

    @Override
    public Place place(TargetTensor tensor) {
      return new Place(0, 0);
    }

    @Override
    public List<Passage> passages() {
      return List.of();
    }

    @Override
    public List<Piece> structure(Map<TargetTensor, Long> crcs) {
      return List.of();
    }

    @Override
    public void write(ByteBuffer bytes, Place place) {
      bytes.position(bytes.limit());
    }

    @Override
    public void read(ByteBuffer bytes, Place place) {
      bytes.position(bytes.limit());
    }
  }
}
