package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.execute.Interruption;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.spi.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * In a store it holds the names of the uploads that all parts send to, and what lacks checksums
 * yet. Whoever comes first makes it, by objects that replace none.
 */
final class StoreParts extends PartsFolder {
  /** Says that the target is complete and verified. */
  static final String PUBLISHED = "published";

  private static final String UPLOADS = "uploads";
  private static final int CONNECTIONS = 8;

  private final ObjectStore store;

  StoreParts(ObjectStore store, Path target, long bytes) {
    super(target, bytes);
    this.store = store;
  }

  @Override
  void open(byte[] plan, List<OutputFile> files, boolean sync) throws IOException {
    if (!isThere()) {
      put(plan(), plan);
    }
    if (!Files.exists(folder.resolve(UPLOADS))) {
      begin(files);
    }
  }

  /** Whether it was put; not where somebody else was first. */
  private boolean put(Path object, byte[] bytes) throws IOException {
    try {
      store.put(object, ByteBuffer.wrap(bytes), false);
      return true;
    } catch (FileAlreadyExistsException another) {
      return false;
    }
  }

  private void begin(List<OutputFile> files) throws IOException {
    var begun = new ConcurrentHashMap<Integer, String>();
    var tasks = new ArrayList<Consumer<Void>>();
    for (int number = 0; number < files.size(); number++) {
      int file = number;
      tasks.add(
          nothing -> {
            try {
              begun.put(file, store.begin(StagedOutput.path(names.target(), files.get(file))));
            } catch (IOException problem) {
              throw new UncheckedIOException(problem);
            }
          });
    }
    boolean used = false;
    try {
      Workers.of(CONNECTIONS).run(tasks, () -> null);
      var text = new StringBuilder();
      begun.forEach((file, upload) -> text.append(file).append(' ').append(upload).append('\n'));
      used = put(folder.resolve(UPLOADS), text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (UncheckedIOException problem) {
      throw problem.getCause();
    } finally {
      if (!used) {
        for (var each : begun.entrySet()) {
          Path object = StagedOutput.path(names.target(), files.get(each.getKey()));
          Interruption.withhold(() -> store.abort(object, each.getValue()));
        }
      }
    }
  }

  /** The uploads of the target's files, by their number. */
  Map<Integer, String> uploads() {
    try {
      var uploads = new HashMap<Integer, String>();
      for (String line : Files.readString(folder.resolve(UPLOADS)).split("\n")) {
        int space = line.indexOf(' ');
        if (space > 0) {
          uploads.put(Integer.valueOf(line.substring(0, space)), line.substring(space + 1));
        }
      }
      return uploads;
    } catch (IOException problem) {
      throw failure.of(problem);
    } catch (NumberFormatException damaged) {
      throw failure.of(new IOException("'" + folder.resolve(UPLOADS) + "' is damaged"));
    }
  }

  @Override
  public boolean isThere() {
    return Files.exists(plan());
  }

  @Override
  public void write(
      int part, List<OutputFile> files, boolean sync, Function<OutputFiles, byte[]> work) {
    var sent = new StoreFiles(store, names.target(), files, failure, folder);
    sent.take(uploads());
    byte[] record = work.apply(sent);
    Interruption.heed();
    try {
      store.put(record(part), ByteBuffer.wrap(record), true);
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  @Override
  public boolean isAppearing() {
    return Files.exists(folder.resolve(StoreStaging.APPEARING));
  }

  @Override
  public boolean isPublished() {
    return Files.exists(folder.resolve(PUBLISHED));
  }

  @Override
  Staging staging(Staging.Order order) {
    return StoreStaging.of(store, order, this);
  }

  /** Removes it, the plan and what says that all is done last. */
  void remove() throws IOException {
    for (ObjectStore.Upload left : store.uploads(names.target())) {
      store.abort(left.object(), left.upload());
    }
    var last = List.of(plan(), folder.resolve(PUBLISHED));
    if (Files.exists(folder)) {
      for (Path each : Publication.tree(folder)) {
        if (Files.isRegularFile(each) && !last.contains(each)) {
          Files.deleteIfExists(each);
        }
      }
    }
    for (Path each : last) {
      Files.deleteIfExists(each);
    }
  }

  @Override
  public void tidy() {
    try {
      remove();
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }
}
