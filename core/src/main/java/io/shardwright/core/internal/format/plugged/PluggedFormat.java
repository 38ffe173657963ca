package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.format.CheckpointFormat;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.Opening;
import io.shardwright.core.internal.format.Place;
import io.shardwright.core.internal.format.TargetKind;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.format.Keeps;
import io.shardwright.spi.format.TensorFormat;
import io.shardwright.spi.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A third party's format. Whatever it throws that is no refusal is a fault of its jar.
 *
 * @param origin the jar that it is from
 * @param policy what a path is looked at under
 */
public record PluggedFormat(TensorFormat format, String origin, ReadPolicy policy)
    implements CheckpointFormat, TargetKind {
  @Override
  public String id() {
    return format.id();
  }

  /** What it can't look at is not of it. */
  @Override
  public boolean recognizes(Place place) {
    try (var files = new OpenFiles(place.path(), new Guard(policy))) {
      return recognizes(files);
    } catch (AdapterException broken) {
      throw broken;
    } catch (CheckpointException other) {
      return false;
    }
  }

  boolean recognizes(OpenFiles files) {
    return asking("recognizing " + files.name(), () -> format.recognizes(files));
  }

  @Override
  public PluggedCheckpoint open(Place place, Opening opening) {
    return open(place.path(), opening.guard());
  }

  PluggedCheckpoint open(Path path, Guard guard) {
    var files = new OpenFiles(path, guard);
    try {
      return asking(
          "reading " + files.name(), () -> PluggedCheckpoint.of(id(), files, format.read(files)));
    } catch (CheckpointException refusal) {
      files.close();
      throw refusal;
    }
  }

  /** Opens what was written, as anyone else would. */
  PluggedCheckpoint reopen(Path path, Guard guard) {
    try (var files = new OpenFiles(path, guard)) {
      if (!recognizes(files)) {
        throw broken("does not recognize what it laid out");
      }
    }
    return open(path, guard);
  }

  /** Runs a third party's code. */
  <T> T asking(String what, Supplier<T> question) {
    try {
      return question.get();
    } catch (CheckpointException refusal) {
      throw refusal;
    } catch (RuntimeException | LinkageError | StackOverflowError broken) {
      throw broken("failed while " + what + ": " + broken);
    }
  }

  AdapterException broken(String problem) {
    return new AdapterException(
        ErrorCode.ADAPTER_BROKEN, origin, "format '" + id() + "' " + problem);
  }

  /** Its files are none that other formats know. */
  @Override
  public boolean holdsTensorFiles(Place place) {
    return false;
  }

  @Override
  public Optional<TargetKind> target() {
    return asking("asked how it is written", format::layout).map(layout -> this);
  }

  @Override
  public Set<Keeps> keeps() {
    return Set.of(Keeps.STORED);
  }

  @Override
  public boolean holds(DType dtype) {
    return asking("asked for " + dtype, () -> format.holds(dtype));
  }

  @Override
  public CheckpointTarget layOut(
      ReshardRequest request,
      ModelSource source,
      List<Attachment> attachments,
      ExecutablePlan plan) {
    return PluggedTarget.of(this, plan, source.guard());
  }
}
