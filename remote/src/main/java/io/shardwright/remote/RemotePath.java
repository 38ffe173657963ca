package io.shardwright.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The address of an object or a folder, {@code scheme://first/second/third}, or a relative part of
 * one. What a path shows holds no secret: a query is kept apart.
 */
final class RemotePath implements Path {
  private final RemoteFileSystem system;
  private final boolean absolute;
  private final List<String> names;
  private final Optional<String> query;

  RemotePath(RemoteFileSystem system, boolean absolute, List<String> names) {
    this(system, absolute, names, Optional.empty());
  }

  RemotePath(
      RemoteFileSystem system, boolean absolute, List<String> names, Optional<String> query) {
    this.system = system;
    this.absolute = absolute;
    this.names = List.copyOf(names);
    this.query = query;
  }

  /** A path of this file system. */
  static RemotePath of(Path path) {
    if (path instanceof RemotePath remote) {
      return remote;
    }
    throw new ProviderMismatchException();
  }

  /** The names between the slashes; of an absolute path the first is the host or the bucket. */
  List<String> names() {
    return names;
  }

  /** What follows the question mark of an address, which may be a signature; never shown. */
  Optional<String> query() {
    return query;
  }

  /** Those from one on, joined by slashes: a key in a bucket. */
  String from(int first) {
    return String.join("/", names.subList(Math.min(first, names.size()), names.size()));
  }

  private RemotePath with(boolean rooted, List<String> other) {
    return new RemotePath(system, rooted, other);
  }

  @Override
  public FileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public Path getRoot() {
    return absolute ? with(true, List.of()) : null;
  }

  @Override
  public Path getFileName() {
    return names.isEmpty() ? null : with(false, List.of(system.provider().name(this)));
  }

  @Override
  public Path getParent() {
    boolean none = names.isEmpty() || !absolute && names.size() == 1;
    return none ? null : with(absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public Path getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public Path subpath(int from, int to) {
    if (from < 0 || from >= to || to > names.size()) {
      throw new IllegalArgumentException(from + " to " + to + " of " + this);
    }
    return with(false, names.subList(from, to));
  }

  private boolean sameKind(Path other) {
    return other instanceof RemotePath remote
        && remote.system == system
        && remote.absolute == absolute;
  }

  @Override
  public boolean startsWith(Path other) {
    return sameKind(other)
        && other.getNameCount() <= names.size()
        && names.subList(0, other.getNameCount()).equals(of(other).names);
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof RemotePath remote) || remote.system != system || remote.absolute) {
      return equals(other);
    }
    int first = names.size() - remote.names.size();
    return first >= 0 && names.subList(first, names.size()).equals(remote.names);
  }

  @Override
  public Path normalize() {
    var kept = new ArrayList<String>();
    for (String name : names) {
      if (name.equals("..") && (absolute || !kept.isEmpty())) {
        if (!kept.isEmpty()) {
          kept.remove(kept.size() - 1);
        }
      } else if (!name.equals(".")) {
        kept.add(name);
      }
    }
    return kept.equals(names) ? this : with(absolute, kept);
  }

  @Override
  public Path resolve(Path other) {
    RemotePath end = of(other);
    if (end.absolute || names.isEmpty() && !absolute) {
      return end;
    }
    var joined = new ArrayList<>(names);
    joined.addAll(end.names);
    return end.names.isEmpty() ? this : with(absolute, joined);
  }

  @Override
  public Path relativize(Path other) {
    if (!sameKind(other)) {
      throw new IllegalArgumentException("'" + other + "' is of another kind than '" + this + "'");
    }
    List<String> far = of(other).names;
    int common = 0;
    while (common < Math.min(names.size(), far.size())
        && names.get(common).equals(far.get(common))) {
      common++;
    }
    var way = new ArrayList<>(Stream.generate(() -> "..").limit(names.size() - common).toList());
    way.addAll(far.subList(common, far.size()));
    return with(false, way);
  }

  @Override
  public URI toUri() {
    return system.provider().uri(of(toAbsolutePath()));
  }

  @Override
  public Path toAbsolutePath() {
    return absolute ? this : new RemotePath(system, true, names);
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    Path real = toAbsolutePath().normalize();
    system.provider().checkAccess(real);
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("changes there can't be watched");
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(of(other).toString());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RemotePath path
        && path.system == system
        && path.absolute == absolute
        && path.names.equals(names)
        && path.query.equals(query);
  }

  @Override
  public int hashCode() {
    return Objects.hash(absolute, names);
  }

  /** Without its query. */
  @Override
  public String toString() {
    return (absolute ? system.root() : "") + String.join("/", names);
  }

  /** Splits what is written; a name that holds a NUL is none. */
  static List<String> split(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidPathException(text, "holds a NUL");
    }
    return Stream.of(text.split("/")).filter(name -> !name.isEmpty()).toList();
  }
}
