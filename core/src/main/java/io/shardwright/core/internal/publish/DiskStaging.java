package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.Interruption;
import io.shardwright.core.internal.execute.Journal;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.publish.Siblings.Kind;
import io.shardwright.spi.error.Setting;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A target while it is being written: a file or folder beside its final name, and a journal of what
 * is done. Closing it unpublished removes both, unless they are to be kept for another run to go on
 * with. A lock keeps a second run away and tells what a killed run left from what is in use.
 */
final class DiskStaging implements Staging {
  private final Order order;
  private final Siblings names;
  private final String identity;
  private final Path staged;
  private final WriteFailure failure;
  private final TargetLock lock;
  private final List<String> notes = new ArrayList<>();
  private final StagedOutput files;
  private final Optional<DiskParts> parts;
  private Optional<StepJournal> journal = Optional.empty();
  private boolean trusted = true;
  private boolean kept;
  private boolean published;

  private DiskStaging(
      Order order, Siblings names, WriteFailure failure, Optional<DiskParts> parts) {
    this.order = order;
    this.names = names;
    this.failure = failure;
    this.parts = parts;
    lock = TargetLock.take(names, failure);
    identity = lock.isHeld() ? order.identity() : Staging.anybody();
    staged = parts.map(DiskParts::staged).orElseGet(() -> names.of(Kind.PARTIAL, identity));
    files =
        lock.isHeld()
            ? new StagedFiles(staged, failure, order.sync())
            : new FilesInOrder(staged, failure);
  }

  static Staging create(Order order, Optional<DiskParts> parts) {
    Path target = order.target();
    FreeName.refuseExisting(target, order.overwrite());
    FreeName.requireFolder(target, order.mkdirs());
    var failure = new WriteFailure(target, OutputFile.bytes(order.files()));
    var staging = new DiskStaging(order, new Siblings(target), failure, parts);
    try {
      staging.open();
      return staging;
    } catch (IOException problem) {
      var known = staging.failure.of(problem);
      staging.close();
      throw known;
    } catch (RuntimeException problem) {
      staging.close();
      throw problem;
    }
  }

  private void open() throws IOException {
    if (parts.isPresent()) {
      openParts(parts.get());
    } else if (lock.isHeld()) {
      openLocked();
    } else {
      openUnlocked();
    }
  }

  private void openUnlocked() throws IOException {
    if (order.resume()) {
      notes.add(
          "a file system without locks does not support resuming: started from the beginning");
    }
    failure.requireRoom(0);
    files.open(order.files(), false);
  }

  private void openParts(DiskParts staged) throws IOException {
    kept = true;
    var leftovers = new Leftovers(names);
    leftovers.requireOwn();
    leftovers.restore();
    leftovers.remove(Optional.empty());
    FreeName.refuseExisting(order.target(), order.overwrite());
    staged.requireOwn();
    files.open(order.files(), true);
  }

  private void openLocked() throws IOException {
    PartsFolder.of(order.target()).refuse();
    var leftovers = new Leftovers(names);
    leftovers.requireOwn();
    leftovers.restore();
    FreeName.refuseExisting(order.target(), order.overwrite());
    boolean usable = leftovers.resumable(identity);
    boolean resumes = order.resume() && usable;
    kept = resumes;
    if (leftovers.remove(resumes ? Optional.of(identity) : Optional.empty())) {
      notes.add("removed files of an interrupted run" + why(usable));
    }
    failure.requireRoom(resumes ? StagedFiles.present(staged, order.files()) : 0);
    Path journaled = names.of(Kind.JOURNAL, identity);
    journal =
        Optional.of(
            resumes
                ? StepJournal.resume(journaled, failure)
                : StepJournal.begin(journaled, identity, failure));
    files.open(order.files(), resumes);
    kept = false;
  }

  private String why(boolean usable) {
    if (order.resume()) {
      return ": they belong to another plan or source";
    }
    return usable ? "; with " + Setting.RESUME.inText() + " this run would have continued it" : "";
  }

  @Override
  public OutputFiles files() {
    return files;
  }

  @Override
  public Path path() {
    return staged;
  }

  @Override
  public Journal journal() {
    return journal.isPresent() ? journal.get() : Journal.NONE;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void seal() {
    try {
      files.seal();
      if (sync()) {
        lock.forceFolders();
      }
    } catch (IOException problem) {
      // What a failed force left in memory may never reach the disk: nobody goes on with it.
      trusted = problem instanceof ClosedByInterruptException;
      throw failure.of(problem);
    }
  }

  /** What has no locks is no disk: it has no folders to force either. */
  private boolean sync() {
    return order.sync() && lock.isHeld();
  }

  @Override
  public SideFile side(Path path, byte[] bytes) {
    Path absolute = path.toAbsolutePath().normalize();
    return SideFile.stage(absolute, names.of(Kind.SIDE, Staging.anybody()), bytes, sync());
  }

  @Override
  public void publish() {
    Interruption.heed();
    Path aside = names.of(Kind.REPLACED, identity);
    try {
      if (parts.isPresent()) {
        parts.get().verified(sync());
      }
      Publication.publish(staged, order.target(), aside, order.overwrite(), sync());
    } catch (IOException problem) {
      throw failure.of(problem);
    }
    published = true;
    remove(aside);
    parts.map(DiskParts::unnamed).ifPresent(this::remove);
  }

  /** The target is there, so what can't be removed is no failure. */
  private void remove(Path path) {
    try {
      Publication.delete(path);
    } catch (IOException problem) {
      notes.add(path + " could not be removed: remove it");
    }
  }

  @Override
  public List<Path> keep() {
    kept = parts.isPresent() || trusted && journal.filter(StepJournal::hasSteps).isPresent();
    return !kept
        ? List.of()
        : parts
            .map(folder -> List.of(folder.path()))
            .orElseGet(() -> List.of(staged, names.of(Kind.JOURNAL, identity)));
  }

  @Override
  public void close() {
    closeFiles();
    if (!kept) {
      remove(staged);
      remove(names.of(Kind.JOURNAL, identity));
    }
    lock.close();
    if (!kept && !published) {
      lock.removeFolders();
    }
  }

  private void closeFiles() {
    try {
      files.close();
      if (journal.isPresent()) {
        journal.get().close();
      }
    } catch (IOException harmless) {
      // What counts was sealed before; the rest is read and compared before anyone goes on with it.
    }
  }
}
