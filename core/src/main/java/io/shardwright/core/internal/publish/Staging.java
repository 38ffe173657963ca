package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.execute.Journal;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.spi.store.ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A target while it is being written: nobody takes it for one. Closing it unpublished removes all
 * of it, unless it is to be kept for another run to go on with.
 */
public interface Staging extends AutoCloseable {
  /**
   * What is to be staged.
   *
   * @param target the final name
   * @param files one with an empty path for a single file, else the files of a folder
   * @param identity of the run: who has the same may go on with its work
   * @param overwrite whether an existing target may be replaced
   * @param resume whether what a run with this identity left is gone on with
   * @param sync whether everything is forced to disk
   * @param mkdirs whether folders that lack on the way to the target are made
   */
  record Order(
      Path target,
      List<OutputFile> files,
      String identity,
      boolean overwrite,
      boolean resume,
      boolean sync,
      boolean mkdirs) {
    /** With an absolute target. */
    public Order {
      target = target.toAbsolutePath().normalize();
    }

    /** Of a run that nobody can go on with. */
    public static Order of(Path target, List<OutputFile> files, boolean overwrite, boolean mkdirs) {
      return new Order(target, files, anybody(), overwrite, false, true, mkdirs);
    }
  }

  /** An identity that no other run has. */
  static String anybody() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /**
   * Stages a target.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if the target exists and may not be
   *     replaced
   * @throws io.shardwright.spi.error.CheckpointIoException if there is no room or the folder can't
   *     be written
   */
  static Staging create(Order order) {
    return ObjectStore.of(order.target())
        .<Staging>map(store -> StoreStaging.create(store, order))
        .orElseGet(() -> DiskStaging.create(order, Optional.empty()));
  }

  /**
   * Completes a target that several processes wrote; unpublished it stays as it is.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if somebody else does so at this
   *     moment
   * @throws io.shardwright.spi.error.CheckpointIoException if the folder can't be written
   */
  static Staging of(Order order, PartsFolder parts) {
    return parts.staging(order);
  }

  /** What is to be written. */
  OutputFiles files();

  /** Where the target can be read back once it is sealed. */
  Path path();

  /** What was done before, and where to say what is done. */
  Journal journal();

  /** What a user should know. */
  List<String> notes();

  /**
   * Closes the files, so that they can be read by path; on a disk forced to it, and their folders,
   * if that was ordered.
   */
  void seal();

  /** A file that is to appear beside the target. */
  SideFile side(Path path, byte[] bytes);

  /** Gives the target its name. Without permission to overwrite, an existing one wins. */
  void publish();

  /**
   * Keeps the completed work for a run with {@code resume}.
   *
   * @return where it is; empty if there is none, or none that can be continued
   */
  List<Path> keep();

  @Override
  void close();
}
