package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.Interruption;
import io.shardwright.core.internal.execute.Journal;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.publish.Siblings.Kind;
import io.shardwright.spi.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A target in an object store: uploads that are completed when all of them are there, an object at
 * once, a folder with the files last that say what it is. From then on it is read back under its
 * own name; one that is not what it should be is removed.
 */
final class StoreStaging implements Staging {
  /** Says that some of the target may be there, and is no target. */
  static final String APPEARING = "appearing";

  private final ObjectStore store;
  private final Order order;
  private final Siblings names;
  private final Path own;
  private final WriteFailure failure;
  private final StoreFiles files;
  private final Optional<StoreParts> parts;
  private final List<String> notes = new ArrayList<>();
  private final List<Path> completed = new ArrayList<>();
  private boolean kept;
  private boolean published;

  private StoreStaging(ObjectStore store, Order order, Optional<StoreParts> parts) {
    this.store = store;
    this.order = order;
    this.parts = parts;
    names = new Siblings(order.target());
    own = parts.map(PartsFolder::path).orElseGet(() -> names.of(Kind.PARTIAL, Staging.anybody()));
    failure = new WriteFailure(order.target(), OutputFile.bytes(order.files()));
    files = new StoreFiles(store, order.target(), order.files(), failure, own);
  }

  /** Stages a target, after what a killed run left of it was removed. */
  static Staging create(ObjectStore store, Order order) {
    var staging = new StoreStaging(store, order, Optional.empty());
    try {
      PartsFolder.of(order.target()).refuse();
      FreeName.refuseExisting(order.target(), order.overwrite());
      staging.removeLeftovers();
      if (order.resume()) {
        staging.notes.add("object stores do not support resuming: started from the beginning");
      }
      return staging;
    } catch (IOException problem) {
      throw staging.failure.of(problem);
    }
  }

  /** Completes what several processes sent. */
  static Staging of(ObjectStore store, Order order, StoreParts parts) {
    if (!parts.isAppearing()) {
      FreeName.refuseExisting(order.target(), order.overwrite());
    }
    var staging = new StoreStaging(store, order, Optional.of(parts));
    staging.files.take(parts.uploads());
    return staging;
  }

  /** Whether what is there of a target is what a killed run left. */
  static boolean isHalf(Path target) {
    try {
      for (Path left : new Siblings(target).all(Kind.PARTIAL)) {
        if (Files.exists(left.resolve(APPEARING))) {
          return true;
        }
      }
      return false;
    } catch (IOException unknown) {
      return false;
    }
  }

  private void removeLeftovers() throws IOException {
    if (isHalf(order.target())) {
      Publication.delete(order.target());
      notes.add("removed files of an interrupted run of it");
    }
    for (Path left : names.all(Kind.PARTIAL)) {
      Publication.delete(left);
    }
    var uploads = store.uploads(order.target());
    for (ObjectStore.Upload each : uploads) {
      store.abort(each.object(), each.upload());
    }
    if (!uploads.isEmpty()) {
      notes.add("gave up " + uploads.size() + " uploads that an interrupted run had left");
    }
  }

  @Override
  public OutputFiles files() {
    return files;
  }

  @Override
  public Path path() {
    return order.target();
  }

  @Override
  public Journal journal() {
    return Journal.NONE;
  }

  @Override
  public List<String> notes() {
    return notes;
  }

  @Override
  public void seal() {
    Interruption.heed();
    try {
      files.end();
      appear();
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  private boolean single() {
    return order.files().size() == 1 && order.files().get(0).path().isEmpty();
  }

  private void appear() throws IOException {
    if (parts.isPresent() || !single()) {
      put(own.resolve(APPEARING));
    }
    var there = new HashSet<Path>();
    var wanted = new ArrayList<Integer>();
    for (int file : files.order()) {
      if (files.parts(file).isPresent()) {
        wanted.add(file);
      } else if (Files.exists(files.path(file)) && parts.isPresent()) {
        there.add(files.path(file));
        completed.add(files.path(file));
      } else {
        throw new NoSuchFileException(
            files.path(file).toString(), null, "another run has given its upload up");
      }
    }
    if (order.overwrite() && !single()) {
      removeOld(there);
    }
    for (int file : wanted) {
      complete(file);
    }
    if (order.overwrite() && single()) {
      removeOld(Set.of(order.target()));
    }
  }

  /** Two finishers complete the same uploads: what one of them has completed is right. */
  private void complete(int file) throws IOException {
    var all = files.parts(file);
    if (all.isPresent()) {
      try {
        files.complete(file, all.get(), order.overwrite());
      } catch (NoSuchFileException | FileAlreadyExistsException another) {
        if (parts.isEmpty() || files.parts(file).isPresent() || !Files.exists(files.path(file))) {
          throw another;
        }
      }
    }
    completed.add(files.path(file));
  }

  /** Removes the target that is replaced, but for what is there of the new one. */
  private void removeOld(Set<Path> but) throws IOException {
    if (Files.exists(order.target())) {
      for (Path old : Publication.tree(order.target())) {
        if (!but.contains(old) && Files.isRegularFile(old)) {
          Files.deleteIfExists(old);
        }
      }
    }
  }

  private void put(Path marker) throws IOException {
    store.put(marker, ByteBuffer.wrap("1\n".getBytes(StandardCharsets.US_ASCII)), true);
  }

  @Override
  public SideFile side(Path path, byte[] bytes) {
    Path absolute = path.toAbsolutePath().normalize();
    return SideFile.stage(absolute, names.of(Kind.SIDE, Staging.anybody()), bytes, false);
  }

  @Override
  public void publish() {
    Interruption.heed();
    try {
      if (parts.isPresent()) {
        put(own.resolve(StoreParts.PUBLISHED));
      }
      published = true;
      removeOwn();
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  private void removeOwn() throws IOException {
    if (parts.isPresent()) {
      parts.get().remove();
    } else {
      Publication.delete(own);
    }
  }

  @Override
  public List<Path> keep() {
    kept = parts.isPresent();
    return parts.map(folder -> List.of(folder.path())).orElseGet(List::of);
  }

  @Override
  public void close() {
    boolean whole = parts.isPresent() && completed.isEmpty();
    if (published || kept || whole) {
      return;
    }
    try {
      Interruption.withhold(this::undo);
    } catch (IOException | RuntimeException problem) {
      notes.add(order.target() + ": the uploaded data could not be removed");
    }
  }

  private void undo() throws IOException {
    for (Path each : completed) {
      Files.deleteIfExists(each);
    }
    files.abort();
    removeOwn();
  }
}
