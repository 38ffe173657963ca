package io.shardwright.core.internal.read;

import io.shardwright.core.ProgressListener;
import io.shardwright.core.Verification;
import io.shardwright.core.Verification.Detail;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.ModuleState.Stored;
import io.shardwright.core.internal.describe.RankFile;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.StoredArray;
import io.shardwright.core.internal.execute.ReplicaCheck;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.Planner;
import io.shardwright.core.internal.plan.TargetChoice;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.plan.VocabularySize;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads all values of a checkpoint once and reports what was found. */
public final class CheckpointReading {
  private final OpenCheckpoint checkpoint;
  private final Set<Detail> details;
  private final PhaseProgress progress;
  private final Optional<ValueMeasure> distribution;
  private final TensorBlocks blocks = new TensorBlocks();
  private long bytesRead;

  public CheckpointReading(
      OpenCheckpoint checkpoint, Set<Detail> details, ProgressListener listener) {
    this.checkpoint = checkpoint;
    this.details = details;
    this.distribution =
        details.contains(Detail.STATISTICS) ? Optional.of(new ValueMeasure()) : Optional.empty();
    long total = checkpoint.tensors().stream().mapToLong(t -> t.spec().byteSize()).sum();
    progress = new PhaseProgress(listener, ProgressListener.Phase.VERIFY, total);
  }

  public Verification read() {
    var summary = checkpoint.summary();
    checkpoint.source().refuseDangerous();
    checkpoint.requireConsistent();
    checkpoint.source().opened().forEach(file -> file.expect(0, file.size()));
    var found = new ArrayList<Verification.TensorSum>();
    var files = checkpoint.files();
    for (RankFile file : files.ranks()) {
      for (SourceTensor tensor : file.tensors().values()) {
        var part = SourcePart.whole(file.member(), tensor);
        found.add(read(file.member(), tensor.spec(), List.of(part)));
      }
    }
    for (StoredArray array : files.arrays()) {
      found.add(read(array.place(), array.spec(), array.parts()));
    }
    for (Stored other : checkpoint.others()) {
      found.add(read(other));
    }
    checkpoint.source().requireIntact();
    var notes = new ArrayList<>(summary.notes(Remedy::inText));
    checkpoint.model().ifPresent(model -> compareReplicas(model, notes));
    checkpoint.source().opened().forEach(FileSource::requireStatedSum);
    checkpoint.source().requireUnchanged();
    return new Verification(summary, bytesRead, List.copyOf(found), notes);
  }

  /** A family whose rules the numbers contradict is none of this checkpoint's. */
  private static void compareReplicas(ModelDescription model, List<String> notes) {
    ExecutablePlan plan;
    try {
      plan =
          Planner.plan(
              model, unchanged(model), List.of(), VocabularySize.UNKNOWN, TargetNames.NONE);
    } catch (PlanRejectedException misfit) {
      notes.add(
          "its family does not fit, so replicas were not compared: "
              + misfit.message(Remedy::inText));
      return;
    }
    ReplicaCheck.require(plan);
  }

  private static TargetChoice unchanged(ModelDescription model) {
    return TargetChoice.of(
            model.grid().virtual(1),
            model.naming(),
            model.files().distributed() ? WeightLayout.DISTRIBUTED : WeightLayout.RANKS)
        .split(model.stages().pipeline().split());
  }

  private Verification.TensorSum read(Stored tensor) {
    var part = SourcePart.whole(tensor.member(), tensor.tensor());
    return read(tensor.member(), tensor.tensor().spec(), List.of(part));
  }

  private Verification.TensorSum read(String member, TensorSpec spec, List<SourcePart> parts) {
    distribution.ifPresent(ValueMeasure::clear);
    var measure =
        new TensorMeasure(
            spec.dtype(), details.contains(Detail.SUMS), details.contains(Detail.VALUES));
    blocks.read(
        spec,
        parts,
        0,
        block -> {
          bytesRead += block.remaining();
          progress.advance(block.remaining());
          measure.add(block);
          distribution.ifPresent(known -> known.add(block, spec.dtype()));
        });
    return new Verification.TensorSum(
        member,
        spec,
        measure.sha256(),
        measure.nan(),
        measure.infinite(),
        distribution.flatMap(ValueMeasure::statistics));
  }

  /** Measures a tensor's values while its little-endian bytes pass. */
  private static final class TensorMeasure {
    private final DType dtype;
    private final boolean values;
    private final MessageDigest digest;
    private long nan;
    private long infinite;

    TensorMeasure(DType dtype, boolean sums, boolean values) {
      this.dtype = dtype;
      this.values = values;
      this.digest = sums ? ContentHash.sha256() : null;
    }

    void add(ByteBuffer block) {
      if (digest != null) {
        digest.update(block.duplicate());
      }
      if (values) {
        count(block.duplicate().order(ByteOrder.LITTLE_ENDIAN));
      }
    }

    private void count(ByteBuffer block) {
      while (block.remaining() >= dtype.byteSize()) {
        switch (dtype) {
          case FLOAT64 -> count(block.getLong() & Long.MAX_VALUE, 0x7ff0000000000000L);
          case FLOAT32 -> count(block.getInt() & 0x7fffffffL, 0x7f800000L);
          case FLOAT16 -> count(block.getShort() & 0x7fffL, 0x7c00L);
          case BFLOAT16 -> count(block.getShort() & 0x7fffL, 0x7f80L);
          case FLOAT8_E5M2 -> count(block.get() & 0x7fL, 0x7cL);
          case FLOAT8_E4M3FN -> nan += (block.get() & 0x7f) == 0x7f ? 1 : 0;
          case FLOAT8_E4M3FNUZ, FLOAT8_E5M2FNUZ -> nan += (block.get() & 0xff) == 0x80 ? 1 : 0;
          case FLOAT8_E8M0FNU -> nan += (block.get() & 0xff) == 0xff ? 1 : 0;
          case COMPLEX64 -> {
            count(block.getInt() & 0x7fffffffL, 0x7f800000L);
            count(block.getInt() & 0x7fffffffL, 0x7f800000L);
          }
          case COMPLEX128 -> {
            count(block.getLong() & Long.MAX_VALUE, 0x7ff0000000000000L);
            count(block.getLong() & Long.MAX_VALUE, 0x7ff0000000000000L);
          }
          case COMPLEX32 -> {
            count(block.getShort() & 0x7fffL, 0x7c00L);
            count(block.getShort() & 0x7fffL, 0x7c00L);
          }
          default -> block.position(block.limit());
        }
      }
    }

    /** Without its sign, a float is infinite at its largest exponent and NaN above it. */
    private void count(long magnitude, long infinity) {
      infinite += magnitude == infinity ? 1 : 0;
      nan += magnitude > infinity ? 1 : 0;
    }

    String sha256() {
      return digest == null ? "" : ContentHash.hex(digest);
    }

    OptionalLong nan() {
      return values ? OptionalLong.of(nan) : OptionalLong.empty();
    }

    OptionalLong infinite() {
      return values ? OptionalLong.of(infinite) : OptionalLong.empty();
    }
  }
}
