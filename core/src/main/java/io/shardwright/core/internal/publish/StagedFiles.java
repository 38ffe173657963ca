package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/** Output files on a disk, which several threads write at any positions. */
final class StagedFiles implements StagedOutput {
  /** Larger writes are up to five times slower on Linux 6 with ext4, measured with dd too. */
  private static final int WRITE_BYTES = 256 << 10;

  private static final Set<OpenOption> SHARED =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

  private final Path staged;
  private final WriteFailure failure;
  private final boolean durable;
  private final List<FileChannel> channels = new ArrayList<>();
  private final List<Path> paths = new ArrayList<>();
  private List<OutputFile> shared = List.of();
  private final AtomicReference<IOException> unforced = new AtomicReference<>();

  /** None of them open. */
  StagedFiles(Path staged, WriteFailure failure, boolean durable) {
    this.staged = staged;
    this.failure = failure;
    this.durable = durable;
  }

  @Override
  public void open(List<OutputFile> files, boolean again) throws IOException {
    Set<OpenOption> how =
        Set.of(
            again ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    if (files.isEmpty()) {
      Files.createDirectories(staged);
    }
    for (OutputFile file : files) {
      Path path = StagedOutput.path(staged, file);
      Files.createDirectories(path.getParent());
      paths.add(path);
      channels.add(FileChannel.open(path, how));
    }
  }

  /**
   * Makes ready to write where other processes write too. A file is opened when it is written to,
   * and has its whole size before: a file server's client that takes a page for the last one fills
   * it up with zeros, over what others wrote.
   */
  void share(List<OutputFile> files) {
    shared = files;
    for (OutputFile file : files) {
      paths.add(StagedOutput.path(staged, file));
      channels.add(null);
    }
  }

  private synchronized FileChannel channel(int file) throws IOException {
    FileChannel open = channels.get(file);
    if (open == null) {
      Path path = paths.get(file);
      Files.createDirectories(path.getParent());
      open = FileChannel.open(path, SHARED);
      channels.set(file, open);
      lengthen(path, open, shared.get(file).size());
    }
    return open;
  }

  /** Never writes: somebody may have written the last byte just now. */
  private static void lengthen(Path path, FileChannel open, long size) throws IOException {
    if (open.size() < size && path.getFileSystem() == FileSystems.getDefault()) {
      try (var file = new RandomAccessFile(path.toFile(), "rw")) {
        file.setLength(size);
      }
    }
  }

  /** Bytes of those that are there. */
  static long present(Path staged, List<OutputFile> files) throws IOException {
    long bytes = 0;
    for (OutputFile file : files) {
      Path path = StagedOutput.path(staged, file);
      bytes += Files.exists(path) ? Files.size(path) : 0;
    }
    return bytes;
  }

  @Override
  public void write(ByteBuffer bytes, Place place) {
    int limit = bytes.limit();
    try {
      long at = place.offset();
      while (bytes.position() < limit) {
        bytes.limit(Math.min(limit, bytes.position() + WRITE_BYTES));
        at += channel(place.file()).write(bytes, at);
      }
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  @Override
  public boolean transfer(ByteSource source, long position, long bytes, Place place) {
    try (var channel =
        FileChannel.open(
            paths.get(place.file()), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.position(place.offset());
      long done = 0;
      while (done < bytes) {
        long moved = source.transferTo(channel, position + done, bytes - done);
        if (moved <= 0) {
          return false;
        }
        done += moved;
      }
      return true;
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  /** What was never written reads as zeros, as it does in a file with holes. */
  @Override
  public void read(ByteBuffer bytes, Place place) {
    try {
      long at = place.offset();
      while (bytes.hasRemaining()) {
        int count = channel(place.file()).read(bytes, at);
        if (count < 0) {
          bytes.put((byte) 0);
        }
        at += Math.max(count, 1);
      }
    } catch (IOException problem) {
      throw failure.of(problem);
    }
  }

  @Override
  public boolean durable() {
    return durable;
  }

  /** Linux tells a failure once: it is kept. */
  @Override
  public void force() {
    try {
      for (FileChannel channel : open()) {
        channel.force(false);
      }
    } catch (IOException problem) {
      unforced.compareAndSet(null, problem);
    }
  }

  @Override
  public void seal() throws IOException {
    if (durable) {
      forceAll();
    }
    close();
  }

  private void forceAll() throws IOException {
    if (unforced.get() != null) {
      throw unforced.get();
    }
    for (FileChannel channel : open()) {
      channel.force(true);
    }
    for (Path folder : folders()) {
      Publication.forceFolder(folder);
    }
  }

  /** Those inside come first. */
  private Collection<Path> folders() {
    var folders = new TreeSet<Path>();
    for (int file = 0; file < paths.size(); file++) {
      boolean written = channels.get(file) != null;
      for (Path at = paths.get(file).getParent(); written && at.startsWith(staged); ) {
        folders.add(at);
        at = at.getParent();
      }
    }
    if (paths.isEmpty()) {
      folders.add(staged);
    }
    return folders.descendingSet();
  }

  private synchronized List<FileChannel> open() {
    return channels.stream().filter(Objects::nonNull).toList();
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : open()) {
      channel.close();
    }
  }
}
