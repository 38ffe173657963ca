package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.publish.Siblings.Kind;
import io.shardwright.spi.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds and removes what a killed run left beside its target. Only the holder of the target's lock
 * may do so.
 */
record Leftovers(Siblings names) {

  /**
   * Refuses whatever has the name of a leftover and is none of this user's.
   *
   * @throws io.shardwright.spi.error.UnsafeCheckpointException naming it
   */
  void requireOwn() throws IOException {
    var own = new OwnFiles(names);
    for (Path journal : names.all(Kind.JOURNAL)) {
      own.requireFile(journal);
    }
    for (Path staged : names.all(Kind.PARTIAL)) {
      if (published(staged)) {
        own.requireFileOrFolder(staged);
      } else {
        own.requireTree(staged);
      }
    }
    for (Path side : names.all(Kind.SIDE)) {
      own.requireFileOrFolder(side);
    }
    for (Path replaced : names.all(Kind.REPLACED)) {
      if (present()) {
        own.requireFileOrFolder(replaced);
      } else {
        own.requireMovable(replaced);
      }
    }
  }

  private boolean present() {
    return Files.exists(names.target(), LinkOption.NOFOLLOW_LINKS);
  }

  /** Gives back its name to a folder that was about to be replaced. */
  void restore() throws IOException {
    for (Path replaced : names.all(Kind.REPLACED)) {
      if (present()) {
        Publication.delete(replaced);
      } else {
        Publication.move(replaced, names.target());
      }
    }
  }

  /** Whether a run with this identity can go on with what is there. */
  boolean resumable(String identity) throws IOException {
    Path staged = names.of(Kind.PARTIAL, identity);
    return Files.exists(staged, LinkOption.NOFOLLOW_LINKS)
        && !published(staged)
        && StepJournal.isOf(names.of(Kind.JOURNAL, identity), identity);
  }

  /** A run may be killed when the target has its name and the staged file has its own still. */
  private boolean published(Path staged) throws IOException {
    return present() && Files.isSameFile(staged, names.target());
  }

  /**
   * Removes everything, or all but what one run is to go on with.
   *
   * @return whether there was something of a target that was not finished
   */
  boolean remove(Optional<String> but) throws IOException {
    boolean found = false;
    for (Kind kind : new Kind[] {Kind.JOURNAL, Kind.PARTIAL, Kind.SIDE}) {
      for (Path path : names.all(kind)) {
        boolean wanted =
            kind != Kind.SIDE
                && but.map(identity -> names.of(kind, identity)).filter(path::equals).isPresent();
        if (!wanted) {
          found |= kind == Kind.PARTIAL && !published(path);
          Publication.delete(path);
        }
      }
    }
    return found;
  }

  /**
   * Removes what is left beside a target that is there: all but what a run that is to replace it
   * could go on with. Does nothing while another run is at work.
   */
  static void tidy(Path target) {
    var names = new Siblings(target);
    try {
      if (target.getFileName() != null && names.any()) {
        new Leftovers(names).tidy(TargetLock.take(names, new WriteFailure(target, 0)));
      }
    } catch (IOException | CheckpointException notNow) {
      // The next run on this target tries again.
    }
  }

  private void tidy(TargetLock lock) throws IOException {
    try {
      if (lock.isHeld()) {
        removeFinished();
      }
    } finally {
      lock.close();
    }
  }

  private void removeFinished() throws IOException {
    requireOwn();
    restore();
    for (Path staged : names.all(Kind.PARTIAL)) {
      if (published(staged)) {
        Files.delete(staged);
      }
    }
    for (Path journal : names.all(Kind.JOURNAL)) {
      if (!Files.exists(names.stagedOf(journal))) {
        Files.delete(journal);
      }
    }
    for (Path side : names.all(Kind.SIDE)) {
      Publication.delete(side);
    }
  }
}
