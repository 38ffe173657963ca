package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.OutputFiles;
import io.shardwright.core.internal.execute.SentFiles;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.spi.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files of a target in an object store, each an upload that is not completed. Who writes them
 * front to back gets them sent in parts of the shortest length.
 */
final class StoreFiles implements OutputFiles, SentFiles {
  /** What a part that was sent is to be. */
  private record Expected(int bytes, long crc) {}

  private final ObjectStore store;
  private final Path target;
  private final List<OutputFile> files;
  private final WriteFailure failure;
  private final Path aside;
  private final Map<Integer, String> uploads = new ConcurrentHashMap<>();
  private final Map<Integer, TreeMap<Integer, Expected>> expected = new ConcurrentHashMap<>();
  private Set<Integer> last = Set.of();
  private boolean shared;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private int writing;
  private long written;

  /**
   * None of them begun.
   *
   * @param aside a folder for what is put aside
   */
  StoreFiles(
      ObjectStore store, Path target, List<OutputFile> files, WriteFailure failure, Path aside) {
    this.store = store;
    this.target = target;
    this.files = files;
    this.failure = failure;
    this.aside = aside;
  }

  /** Goes on with uploads that were begun, by the number of their file. */
  void take(Map<Integer, String> begun) {
    uploads.putAll(begun);
    shared = true;
  }

  int count() {
    return files.size();
  }

  Path path(int file) {
    return StagedOutput.path(target, files.get(file));
  }

  /** An action that can fail. */
  interface Action<T> {
    T run() throws IOException;
  }

  private <T> T attempt(Action<T> action) {
    try {
      return action.run();
    } catch (NoSuchFileException gone) {
      throw failure.of(
          new NoSuchFileException(
              target.toString(), null, "another run on this target has given its uploads up"));
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /** The upload of a file, which is begun if it was not. */
  String upload(int file) {
    return uploads.computeIfAbsent(file, number -> attempt(() -> store.begin(path(number))));
  }

  @Override
  public Optional<SentFiles> store() {
    return Optional.of(this);
  }

  @Override
  public int smallestPart() {
    return store.smallestPart();
  }

  @Override
  public int mostParts() {
    return store.mostParts();
  }

  @Override
  public void send(Part part, ByteBuffer bytes, long crc) {
    String upload = upload(part.file());
    attempt(
        () -> {
          try {
            store.send(path(part.file()), upload, part.number(), bytes, crc);
          } catch (NoSuchFileException gone) {
            requireCompleted(part.file(), gone);
          }
          return null;
        });
    sent(part, crc);
  }

  /** Another finisher sent the same parts and completed them. */
  private void requireCompleted(int file, NoSuchFileException gone) throws IOException {
    boolean whole =
        shared && Files.exists(path(file)) && Files.size(path(file)) == files.get(file).size();
    if (!whole) {
      throw gone;
    }
  }

  @Override
  public void sent(Part part, long crc) {
    var parts = expected.computeIfAbsent(part.file(), file -> new TreeMap<>());
    synchronized (parts) {
      parts.put(part.number(), new Expected(part.size(), crc));
    }
  }

  private Path aside(Part part) {
    return aside.resolve("aside-" + part.file() + "-" + part.number());
  }

  @Override
  public void putAside(Part part, ByteBuffer bytes) {
    attempt(
        () -> {
          store.put(aside(part), bytes, true);
          return null;
        });
  }

  @Override
  public void fetch(Part part, ByteBuffer into) {
    attempt(() -> into.put(Files.readAllBytes(aside(part))));
  }

  @Override
  public void makeLast(Set<Integer> wanted) {
    last = Set.copyOf(wanted);
  }

  @Override
  public boolean inOrder() {
    return true;
  }

  @Override
  public void write(ByteBuffer bytes, Place place) {
    endUpTo(place.file());
    while (bytes.hasRemaining()) {
      block = block.hasRemaining() ? block : next();
      int count = Math.min(bytes.remaining(), block.remaining());
      block.put(bytes.duplicate().limit(bytes.position() + count));
      bytes.position(bytes.position() + count);
    }
  }

  private ByteBuffer next() {
    flush(false);
    return ByteBuffer.allocate(smallestPart());
  }

  /** Sends what was written; of a file that ends an empty part too, if it has no other. */
  private void flush(boolean ends) {
    var known = expected.get(writing);
    int number = known == null ? 1 : known.size() + 1;
    if (block.position() > 0 || ends && number == 1) {
      ByteBuffer bytes = block.flip();
      var part = new Part(writing, number, written, written + bytes.remaining());
      written = part.end();
      send(part, bytes, ContentHash.crc(bytes));
    }
    block = ByteBuffer.allocate(0);
  }

  private void endUpTo(int file) {
    for (; writing < file; writing++) {
      flush(true);
      written = 0;
    }
  }

  @Override
  public void read(ByteBuffer bytes, Place place) {
    throw new IllegalStateException("what is sent is not read back");
  }

  /** The files in the order in which they are to appear: what makes a folder one of a kind last. */
  List<Integer> order() {
    var order = new ArrayList<Integer>();
    for (int file = 0; file < files.size(); file++) {
      order.add(file);
    }
    order.sort(Comparator.comparing(this::late));
    return order;
  }

  /** Of documents those in the outermost folder, and of these what describes the others. */
  private int late(int file) {
    String path = files.get(file).path();
    long depth = path.chars().filter(letter -> letter == '/').count();
    boolean describes = path.contains("config") || path.contains("index") || path.contains("meta");
    int document = depth > 0 ? 1 : describes ? 3 : 2;
    return last.contains(file) ? document : 0;
  }

  /** Ends what was written front to back. */
  void end() {
    if (expected.isEmpty() || block.position() > 0 || writing > 0) {
      endUpTo(files.size());
    }
  }

  /**
   * What the store has of a file, which is what was sent.
   *
   * @return empty where there is no such upload any more
   */
  Optional<List<ObjectStore.Part>> parts(int file) throws IOException {
    String upload = upload(file);
    // Asked first, since not every server says in the same words that an upload is gone.
    if (store.uploads(path(file)).stream().noneMatch(each -> each.upload().equals(upload))) {
      return Optional.empty();
    }
    try {
      var found = store.parts(path(file), upload);
      var wanted = expected.getOrDefault(file, new TreeMap<>());
      boolean same = found.size() == wanted.size();
      for (ObjectStore.Part part : found) {
        same &= fits(part, wanted.get(part.number()));
      }
      if (!same) {
        throw new IOException("the store has other parts of '" + path(file) + "' than were sent");
      }
      return Optional.of(found);
    } catch (NoSuchFileException completed) {
      return Optional.empty();
    }
  }

  private static boolean fits(ObjectStore.Part part, Expected sent) {
    return sent != null
        && part.bytes() == sent.bytes()
        && (part.crc().isEmpty() || part.crc().equals(OptionalLong.of(sent.crc())));
  }

  /** Has a file appear. */
  void complete(int file, List<ObjectStore.Part> parts, boolean replace) throws IOException {
    store.complete(path(file), upload(file), parts, replace);
  }

  /** Gives up what is not completed. */
  void abort() throws IOException {
    for (var each : uploads.entrySet()) {
      store.abort(path(each.getKey()), each.getValue());
    }
  }
}
