package io.shardwright.core.internal.publish;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.WriteFailure;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/** Output files on a disk, which several threads write at any positions. */
final class StagedFiles implements StagedOutput {
  /** Larger writes are up to five times slower on Linux 6 with ext4, measured with dd too. */
  private static final int WRITE_BYTES = 256 << 10;

  private final Path staged;
  private final WriteFailure failure;
  private final boolean durable;
  private final List<FileChannel> channels = new ArrayList<>();
  private final List<Path> paths = new ArrayList<>();
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
        at += channels.get(place.file()).write(bytes, at);
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
        int count = channels.get(place.file()).read(bytes, at);
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
      for (FileChannel channel : channels) {
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
    for (FileChannel channel : channels) {
      channel.force(true);
    }
    for (Path folder : folders()) {
      Publication.forceFolder(folder);
    }
  }

  /** Those inside come first. */
  private Collection<Path> folders() {
    var folders = new TreeSet<Path>();
    for (Path path : paths) {
      for (Path at = path.getParent(); at.startsWith(staged); at = at.getParent()) {
        folders.add(at);
      }
    }
    if (paths.isEmpty()) {
      folders.add(staged);
    }
    return folders.descendingSet();
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }
}
