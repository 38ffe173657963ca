package io.shardwright.faults;

import io.shardwright.faults.Faults.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks {@link Faults} before it asks the real file system. */
class FaultyProvider extends FileSystemProvider {
  private final FileSystemProvider real = FileSystems.getDefault().provider();
  private final FileSystem owner;
  private final Faults faults;

  FaultyProvider(FileSystem owner, Faults faults) {
    this.owner = owner;
    this.faults = faults;
  }

  private Path before(Operation operation, Path path) throws IOException {
    Path plain = FaultyPaths.unwrap(path);
    faults.before(operation, plain);
    return plain;
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    boolean writes =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    Path plain = before(writes ? Operation.OPEN_TO_WRITE : Operation.OPEN_TO_READ, path);
    return new FaultyChannel(real.newFileChannel(plain, options, attributes), plain, faults);
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    real.createDirectory(before(Operation.CREATE_FOLDER, folder), attributes);
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    real.createLink(before(Operation.LINK, link), FaultyPaths.unwrap(existing));
  }

  @Override
  public void delete(Path path) throws IOException {
    real.delete(before(Operation.DELETE, path));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    real.move(FaultyPaths.unwrap(source), before(Operation.MOVE, target), options);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    var entries = new ArrayList<Path>();
    try (var all = real.newDirectoryStream(before(Operation.LIST, folder), entry -> true)) {
      for (Path entry : all) {
        Path wrapped = FaultyPaths.wrap(entry, owner);
        if (filter.accept(wrapped)) {
          entries.add(wrapped);
        }
      }
    }
    return listed(entries);
  }

  private static DirectoryStream<Path> listed(List<Path> entries) {
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return new FaultyStore(real.getFileStore(FaultyPaths.unwrap(path)), faults);
  }

  @Override
  public boolean isSameFile(Path one, Path other) throws IOException {
    return real.isSameFile(FaultyPaths.unwrap(one), FaultyPaths.unwrap(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(FaultyPaths.unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(FaultyPaths.unwrap(path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real.getFileAttributeView(FaultyPaths.unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(FaultyPaths.unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return real.readAttributes(FaultyPaths.unwrap(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    real.setAttribute(FaultyPaths.unwrap(path), name, value, options);
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return owner;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }
}
