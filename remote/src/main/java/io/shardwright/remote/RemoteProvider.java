package io.shardwright.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A file system of one scheme, to read from. */
abstract class RemoteProvider extends FileSystemProvider {
  private final String scheme;
  private final RemoteFileSystem system = new RemoteFileSystem(this);
  private final Fetching fetching;

  RemoteProvider(String scheme, int connections) {
    this.scheme = scheme;
    this.fetching = new Fetching(connections);
  }

  /** Where the objects are; asked for when it is first needed. */
  abstract Store store();

  /** What one attempt after another does. */
  abstract Retries retries();

  boolean readOnly() {
    return true;
  }

  /** An absolute path for another process, which must mean the same by it. */
  URI uri(RemotePath path) {
    return Segments.uri(system.root(), path.names());
  }

  /** What an object or a folder is called, wherever it is. */
  String name(RemotePath path) {
    return path.names().get(path.names().size() - 1);
  }

  /** The path that an address names. */
  RemotePath parse(URI address) {
    String own = scheme + "://";
    String text = address.toString();
    if (!text.startsWith(own)) {
      throw new IllegalArgumentException("expected " + own);
    }
    int end = text.indexOf('#') < 0 ? text.length() : text.indexOf('#');
    var names =
        RemotePath.split(text.substring(own.length(), end)).stream()
            .map(Segments::unescaped)
            .toList();
    return new RemotePath(system, true, names);
  }

  final RemoteFileSystem system() {
    return system;
  }

  @Override
  public final String getScheme() {
    return scheme;
  }

  @Override
  public final FileSystem newFileSystem(URI uri, Map<String, ?> settings) {
    throw new FileSystemAlreadyExistsException(scheme);
  }

  @Override
  public final FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public final Path getPath(URI uri) {
    return parse(uri);
  }

  static RemotePath whole(Path path) {
    return RemotePath.of(path.toAbsolutePath().normalize());
  }

  private Store.Entry entry(Path path) throws NoSuchFileException {
    RemotePath whole = whole(path);
    return whole.names().isEmpty()
        ? Store.Entry.ofFolder()
        : store().entry(whole).orElseThrow(() -> new NoSuchFileException(path.toString()));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (options.stream().anyMatch(option -> writes(option))) {
      throw new ReadOnlyFileSystemException();
    }
    RangeReader reader = store().reader(whole(path));
    return new RangeChannel(new ReadAhead(reader, retries(), fetching));
  }

  static boolean writes(OpenOption option) {
    return option instanceof StandardOpenOption known
        && known != StandardOpenOption.READ
        && known != StandardOpenOption.SPARSE;
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    if (!entry(folder).folder()) {
      throw new NotDirectoryException(folder.toString());
    }
    var found = new ArrayList<Path>();
    for (String name : store().names(whole(folder))) {
      Path child = folder.resolve(new RemotePath(system, false, List.of(name)));
      if (filter.accept(child)) {
        found.add(child);
      }
    }
    return Listing.of(found);
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    entry(path);
    for (AccessMode mode : modes) {
      if (mode == AccessMode.WRITE && readOnly()) {
        throw new AccessDeniedException(path.toString());
      }
    }
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException(type.getSimpleName());
    }
    return type.cast(new RemoteAttributes(entry(path)));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return new RemoteAttributes(entry(path)).named(names);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public boolean isSameFile(Path one, Path other) {
    return other instanceof RemotePath && whole(one).equals(whole(other));
  }

  @Override
  public boolean isHidden(Path path) {
    return Optional.ofNullable(path.getFileName())
        .filter(name -> name.toString().startsWith("."))
        .isPresent();
  }

  @Override
  public FileStore getFileStore(Path path) {
    throw new UnsupportedOperationException("nobody tells what room there is");
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void delete(Path path) throws IOException {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) throws IOException {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    throw new ReadOnlyFileSystemException();
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    throw new ReadOnlyFileSystemException();
  }
}
