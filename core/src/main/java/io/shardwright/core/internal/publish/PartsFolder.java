package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.Disk;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The folder {@code .NAME.parts} beside a target that several processes write: the plan, what the
 * target is as far as it is written, and a record of each part that is done. Parts need no lock, on
 * whatever machine they are: no two of them write different bytes to one place.
 */
public abstract class PartsFolder {
  static final String PLAN = "plan.json.gz";
  private static final String RECORD = "part-";
  private static final Pattern RECORDED = Pattern.compile("part-([0-9]{1,6})");

  final Siblings names;
  final Path folder;
  final WriteFailure failure;

  PartsFolder(Path target, long bytes) {
    names = new Siblings(target.toAbsolutePath().normalize());
    folder = names.parts();
    failure = new WriteFailure(names.target(), bytes);
  }

  /** That of a target, which need not be there. */
  public static PartsFolder of(Path target) {
    return of(target, 0);
  }

  private static PartsFolder of(Path target, long bytes) {
    return ObjectStore.of(target)
        .<PartsFolder>map(store -> new StoreParts(store, target, bytes))
        .orElseGet(() -> new DiskParts(target, bytes));
  }

  /**
   * Makes it where nobody has.
   *
   * @param plan a document, which need not be the one that is there
   * @param files of the target
   * @throws io.shardwright.spi.error.CheckpointException if it can't be made, or what has its name
   *     is not this user's
   */
  public static PartsFolder open(Path target, byte[] plan, List<OutputFile> files, boolean sync) {
    if (!Disk.holds(target) && ObjectStore.of(target).isEmpty()) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          target.toString(),
          "is not on a disk that several processes can write at once: write it in one run");
    }
    var parts = of(target, OutputFile.bytes(files));
    try {
      parts.open(plan, files, sync);
      return parts;
    } catch (IOException problem) {
      throw parts.failure.of(problem);
    }
  }

  abstract void open(byte[] plan, List<OutputFile> files, boolean sync) throws IOException;

  /** Whether somebody has made it. */
  public abstract boolean isThere();

  /** Where it is. */
  public Path path() {
    return folder;
  }

  /** The plan that all parts follow. */
  public Path plan() {
    return folder.resolve(PLAN);
  }

  /** Whether a part is done. */
  public boolean isDone(int part) {
    return Files.exists(record(part), LinkOption.NOFOLLOW_LINKS);
  }

  Path record(int part) {
    return folder.resolve(RECORD + part);
  }

  /** The parts that are not done, from 1 on. */
  public TreeSet<Integer> missing(int all) {
    var missing = new TreeSet<Integer>();
    for (int part = 1; part <= all; part++) {
      missing.add(part);
    }
    try (var entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        var name = RECORDED.matcher(entry.getFileName().toString());
        if (name.matches()) {
          missing.remove(Integer.valueOf(name.group(1)));
        }
      }
      return missing;
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /** What a part told when it was done. */
  public <T> T read(int part, Function<byte[], T> grammar) {
    try {
      return grammar.apply(Files.readAllBytes(record(part)));
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /**
   * Has a part write to the target's files; when all is written, its record appears.
   *
   * @param work gives the record
   * @throws io.shardwright.spi.error.CheckpointException if writing fails
   */
  public abstract void write(
      int part, List<OutputFile> files, boolean sync, Function<OutputFiles, byte[]> work);

  /** Whether a finisher has begun to give the target its name, and was perhaps killed then. */
  public abstract boolean isAppearing();

  /** Whether its target has been published, so that only the rest is to be removed. */
  public abstract boolean isPublished();

  /** The target as it is completed by one process. */
  abstract Staging staging(Staging.Order order);

  /**
   * Refuses a run that would write the same target by itself.
   *
   * @throws UnsafeCheckpointException if parts of it are there
   */
  void refuse() {
    if (isThere()) {
      throw new UnsafeCheckpointException(
          ErrorCode.TARGET_EXISTS,
          names.target().toString(),
          "parts of it are in '"
              + folder.getFileName()
              + "': complete them with 'finish', or remove that folder");
    }
  }

  /**
   * Removes what a finisher left that was killed at its very end.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it can't be removed
   */
  public abstract void tidy();
}
