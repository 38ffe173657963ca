package io.shardwright.core.internal.read;

import io.shardwright.core.Manifest;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.RunOptions;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.TensorBlocks;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.plan.CanonicalTensor;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the tensors of an open checkpoint, several at once. */
public record ModelReading(
    OpenCheckpoint checkpoint,
    Optional<String> family,
    List<CanonicalTensor> tensors,
    Workers workers,
    Progress progress) {

  /** The logical tensors; those that are stored where no family is known. */
  public static ModelReading canonical(
      OpenCheckpoint checkpoint, RunOptions options, ProgressListener listener) {
    var tensors = checkpoint.canonical().stream().map(CanonicalTensor::unpadded).toList();
    Optional<String> family = checkpoint.model().map(model -> model.family().id());
    return of(checkpoint, family, tensors, options, listener);
  }

  /** The tensors as they are stored. */
  public static ModelReading stored(
      OpenCheckpoint checkpoint, RunOptions options, ProgressListener listener) {
    return of(checkpoint, Optional.empty(), checkpoint.stored(), options, listener);
  }

  private static ModelReading of(
      OpenCheckpoint checkpoint,
      Optional<String> family,
      List<CanonicalTensor> tensors,
      RunOptions options,
      ProgressListener listener) {
    long bytes = tensors.stream().mapToLong(tensor -> tensor.spec().byteSize()).sum();
    var progress = new PhaseProgress(listener, ProgressListener.Phase.VERIFY, bytes);
    return new ModelReading(checkpoint, family, tensors, Resources.workers(options), progress);
  }

  /** A SHA-256 of each. */
  public Manifest manifest() {
    var entries = new Manifest.Entry[tensors.size()];
    var tasks = new ArrayList<Consumer<TensorBlocks>>();
    for (int i = 0; i < entries.length; i++) {
      int number = i;
      CanonicalTensor tensor = tensors.get(i);
      tasks.add(
          blocks -> entries[number] = new Manifest.Entry(tensor.spec(), sha256(tensor, blocks)));
    }
    workers.run(tasks, TensorBlocks::new);
    checkpoint.source().requireUnchanged();
    boolean known = tensors.stream().allMatch(t -> !t.vocabulary() || t.trueRows().isPresent());
    return new Manifest(family, known, List.copyOf(Arrays.asList(entries)));
  }

  private String sha256(CanonicalTensor tensor, TensorBlocks blocks) {
    MessageDigest digest = ContentHash.sha256();
    blocks.read(
        tensor,
        block -> {
          progress.advance(block.remaining());
          digest.update(block);
        });
    return ContentHash.hex(digest);
  }
}
