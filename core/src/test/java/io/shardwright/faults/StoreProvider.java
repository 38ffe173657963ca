package io.shardwright.faults;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;

/**
 * Can do no more than an object store: no file channels, so no locks; no links, no atomic moves, no
 * word of its size; and what is written is written front to back.
 */
class StoreProvider extends FaultyProvider {
  StoreProvider(FileSystem owner) {
    this(owner, NthFails.never(Set.of()));
  }

  StoreProvider(FileSystem owner, Faults faults) {
    super(owner, faults);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean writes = options.contains(StandardOpenOption.WRITE);
    if (writes && options.contains(StandardOpenOption.READ)) {
      throw new UnsupportedOperationException("an object is read or written");
    }
    return new StoreChannel(Files.newByteChannel(FaultyPaths.unwrap(path), options), writes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) {
    throw new UnsupportedOperationException("file channels");
  }

  @Override
  public void createLink(Path link, Path existing) {
    throw new UnsupportedOperationException("links");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    if (List.of(options).contains(StandardCopyOption.ATOMIC_MOVE)) {
      throw new AtomicMoveNotSupportedException(source.toString(), target.toString(), "a store");
    }
    super.move(source, target, options);
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException("sizes");
  }
}
