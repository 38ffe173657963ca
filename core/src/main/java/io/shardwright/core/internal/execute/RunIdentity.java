package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ByteSource.Origin;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.describe.View;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import io.shardwright.core.internal.plan.PlanStep.To;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Computes the identity of a run: a SHA-256 over its inputs, plan and target. A run may resume
 * another one of the same identity.
 */
public final class RunIdentity {
  /** The program's version. */
  public static final String VERSION =
      String.valueOf(RunIdentity.class.getPackage().getImplementationVersion());

  private static final int BLOCK = 8192;

  private final MessageDigest digest;
  private final ByteBuffer pending = ByteBuffer.allocate(BLOCK);
  private final Map<ByteSource, Integer> sources = new IdentityHashMap<>();
  private final Map<String, Integer> texts = new HashMap<>();

  private RunIdentity(MessageDigest digest) {
    this.digest = digest;
  }

  /**
   * The identity of a run of these steps.
   *
   * @param device what computes; counts where it shows in the bytes, that is in sums
   */
  public static String of(List<PlanStep> steps, TargetLayout layout, String device) {
    var identity = new RunIdentity(ContentHash.sha256());
    identity.add(VERSION);
    for (OutputFile file : layout.files()) {
      identity.add(file.path());
      identity.add(file.size());
    }
    for (PlanStep step : steps) {
      identity.add(step);
      identity.add(step instanceof LowRankMerge ? device : "");
      for (To to : step.to()) {
        Place place = layout.place(to.tensor());
        identity.add(place.file());
        identity.add(place.offset());
      }
    }
    identity.flush();
    return ContentHash.hex(identity.digest);
  }

  private void add(PlanStep step) {
    if (step instanceof Copy copy) {
      add(copy);
    } else if (step instanceof LowRankMerge merge) {
      add(merge.copy());
      add(merge.products().toString());
    } else {
      add(step.toString());
    }
  }

  /** Every component; texts of records say the same, at ten times the price. */
  private void add(Copy copy) {
    add(copy.tensor());
    addAll(copy.from(), this::add);
    addAll(copy.replicas(), this::add);
    addAll(copy.zeros(), this::add);
    addAll(copy.leftOut(), this::add);
    add(Double.doubleToLongBits(copy.shift()));
    addAll(copy.to(), this::add);
  }

  private void add(To to) {
    add(to.tensor().member());
    add(to.tensor().spec());
    add(to.view());
  }

  private void add(Replica replica) {
    add(replica.part());
    add(replica.kind().name());
  }

  /** The member is for messages, and the source can have two names. */
  private void add(SourcePart part) {
    add(part.tensor());
    add(part.view());
  }

  private void add(SourceTensor tensor) {
    add(tensor.spec());
    add(tensor.storage());
    add(tensor.start());
    addAll(tensor.strides(), this::add);
    add(tensor.bigEndian() ? 1 : 0);
    add(tensor.storageCrc().orElse(-1));
  }

  /** A file's text, which tells its state, is added once. */
  private void add(ByteSource bytes) {
    Origin origin = bytes.origin();
    add(origin.offset());
    add(bytes.size());
    Integer known = sources.putIfAbsent(origin.whole(), sources.size());
    add(known == null ? origin.whole().toString() : known.toString());
  }

  private void add(View view) {
    add(view.logical());
    add(view.start());
    addAll(view.strides(), this::add);
  }

  private void add(Region region) {
    addAll(region.offset(), this::add);
    addAll(region.shape().dims(), this::add);
  }

  private void add(TensorSpec spec) {
    add(spec.name());
    add(spec.dtype().name());
    addAll(spec.shape().dims(), this::add);
  }

  private <T> void addAll(List<T> all, Consumer<T> each) {
    add(all.size());
    all.forEach(each);
  }

  private void add(long value) {
    if (pending.remaining() < Long.BYTES) {
      flush();
    }
    pending.putLong(value);
  }

  /** A text's length and bytes, and of one that was added before its number, below zero. */
  private void add(String text) {
    Integer known = texts.putIfAbsent(text, texts.size());
    if (known != null) {
      add(-1L - known);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    flush();
    digest.update(bytes);
  }

  private void flush() {
    digest.update(pending.flip());
    pending.clear();
  }
}
