package io.shardwright.remote;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Files of Hadoop's file systems, by the configuration on the class path. */
final class HdfsFiles implements Store {
  private final Configuration configuration = new Configuration();
  private final Retries retries;

  HdfsFiles(Retries retries) {
    this.retries = retries;
  }

  /** The file system of a path; Hadoop keeps one for each. */
  FileSystem system(RemotePath path) throws IOException {
    return FileSystem.get(uri(path), configuration);
  }

  private static URI uri(RemotePath path) {
    return path.toAbsolutePath().normalize().toUri();
  }

  /** The first name is the name node's, whose root is a folder. */
  static Path named(RemotePath path) {
    URI address = uri(path);
    return new Path(address.getPath().isEmpty() ? address.resolve("/") : address);
  }

  @Override
  public Optional<Entry> entry(RemotePath path) {
    return retries.run(path.toString(), () -> status(path).map(HdfsFiles::entry));
  }

  private Optional<FileStatus> status(RemotePath path) throws IOException {
    try {
      return Optional.of(system(path).getFileStatus(named(path)));
    } catch (FileNotFoundException absent) {
      return Optional.empty();
    }
  }

  private static Entry entry(FileStatus status) {
    return status.isDirectory()
        ? Entry.ofFolder()
        : Entry.ofFile(
            status.getLen(),
            FileTime.fromMillis(status.getModificationTime()),
            status.getLen() + "@" + status.getModificationTime());
  }

  @Override
  public List<String> names(RemotePath folder) {
    return retries.run(
        folder.toString(),
        () ->
            Stream.of(system(folder).listStatus(named(folder)))
                .map(status -> status.getPath().getName())
                .sorted()
                .toList());
  }

  @Override
  public RangeReader reader(RemotePath path) {
    var status =
        retries
            .run(path.toString(), () -> status(path))
            .orElseThrow(() -> Store.missing(path.toString()));
    return new Reader(this, path, status.getLen(), status.getModificationTime());
  }

  /** A file that was opened as it was then. */
  private record Reader(HdfsFiles files, RemotePath path, long size, long modified)
      implements RangeReader {
    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public void read(long from, ByteBuffer into) throws IOException {
      byte[] block = new byte[into.remaining()];
      try (FSDataInputStream in = files.system(path).open(named(path))) {
        in.readFully(from, block);
      }
      requireUnchanged();
      into.put(block);
    }

    private void requireUnchanged() throws IOException {
      var now = files.status(path);
      if (now.isEmpty()
          || now.get().getLen() != size
          || now.get().getModificationTime() != modified) {
        throw RangeReader.changed(where());
      }
    }
  }
}
