package io.shardwright.faults;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;

/** The machine's files, where what {@link Faults} says goes wrong. */
final class FaultyFileSystem extends FileSystem {
  private final FileSystem real = FileSystems.getDefault();
  private final FaultyProvider provider;

  private FaultyFileSystem(Faults faults) {
    provider = new FaultyProvider(this, faults);
  }

  private FaultyFileSystem() {
    provider = new StoreProvider(this);
  }

  private FaultyFileSystem(UploadProvider.Uploads uploads, Faults faults) {
    provider = new UploadProvider(this, uploads, faults);
  }

  /** A real path as if it were in an object store that takes uploads by parts. */
  static Path uploaded(Path path, UploadProvider.Uploads uploads, Faults faults) {
    return FaultyPaths.wrap(path.toAbsolutePath(), new FaultyFileSystem(uploads, faults));
  }

  /** A real path on a disk with faults. */
  static Path path(Path path, Faults faults) {
    return FaultyPaths.wrap(path.toAbsolutePath(), new FaultyFileSystem(faults));
  }

  /** A real path as if it were in an object store. */
  static Path stored(Path path) {
    return FaultyPaths.wrap(path.toAbsolutePath(), new FaultyFileSystem());
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {}

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return real.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return provider instanceof StoreProvider ? Set.of("basic") : real.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return FaultyPaths.wrap(real.getPath(first, more), this);
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
