package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads replicas, which several ranks must hold alike, and refuses the source if they differ.
 * Nothing is written.
 */
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

  /** What it means that a replica is not equal to what was read. */
  static MalformedCheckpointException difference(Copy copy, SourcePart part) {
    Kind kind =
        copy.replicas().stream()
            .filter(replica -> replica.part() == part)
            .map(Replica::kind)
            .findFirst()
            .orElse(Kind.RANK);
    return difference(kind, copy.from().get(0), part);
  }

  /**
   * What it means that elements which stand in two places differ.
   *
   * @param first the part that was read
   * @param part the other
   */
  public static MalformedCheckpointException difference(
      Kind kind, SourcePart first, SourcePart part) {
    String own = kind == Kind.SET ? file(part) : part.member();
    String others = kind == Kind.SET ? file(first) : first.member();
    boolean same = own.equals(others);
    String name = named(part) + (same ? "" : " in " + own) + types(part, first) + " differs from ";
    return new MalformedCheckpointException(
        kind == Kind.RANK ? ErrorCode.RANKS_DISAGREE : ErrorCode.SOURCES_DISAGREE,
        part.tensor().storage().name(),
        name
            + (kind == Kind.RANK
                ? "the first rank's, expected equal values on every rank"
                : named(first) + (same ? "" : " in " + others))
            + kind.reason());
  }

  /** What is stored in several types is equal where one has the values of the other. */
  private static String types(SourcePart part, SourcePart first) {
    return part.dtype() == first.dtype()
        ? ""
        : " (" + part.dtype().torchName() + ", the first " + first.dtype().torchName() + ")";
  }

  /** A storage's name begins with its file's. */
  private static String file(SourcePart part) {
    return part.tensor().storage().name().split("!")[0];
  }

  private static String named(SourcePart part) {
    return "'" + part.tensor().spec().name() + "'";
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
    public void write(ByteBuffer bytes, Place place) {
      bytes.position(bytes.limit());
    }

    @Override
    public void read(ByteBuffer bytes, Place place) {
      bytes.position(bytes.limit());
    }
  }
}
