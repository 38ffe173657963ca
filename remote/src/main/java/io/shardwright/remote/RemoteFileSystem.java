package io.shardwright.remote;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** All that can be reached by one scheme. It is never closed, as Java's own first one. */
final class RemoteFileSystem extends FileSystem {
  private final RemoteProvider provider;

  RemoteFileSystem(RemoteProvider provider) {
    this.provider = provider;
  }

  /** What absolute paths begin with: {@code s3://}. */
  String root() {
    return provider.getScheme() + "://";
  }

  @Override
  public RemoteProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("it stays open");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return provider.readOnly();
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(new RemotePath(this, true, List.of()));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  /** It has no owners, so that nobody takes it for a disk. */
  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    boolean absolute = first.startsWith(root()) || first.startsWith("/");
    var names = new ArrayList<>(RemotePath.split(absolute ? first.replace(root(), "") : first));
    for (String each : more) {
      names.addAll(RemotePath.split(each));
    }
    return new RemotePath(this, absolute, names);
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    if (pattern.startsWith("regex:")) {
      var regex = Pattern.compile(pattern.substring("regex:".length()));
      return path -> regex.matcher(path.toString()).matches();
    }
    PathMatcher plain = FileSystems.getDefault().getPathMatcher(pattern);
    return path -> plain.matches(Path.of(path.toString()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("files there have no owners");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("changes there can't be watched");
  }
}
