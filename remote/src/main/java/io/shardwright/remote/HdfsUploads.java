package io.shardwright.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardwright.spi.store.ObjectStore.Part;
import io.shardwright.spi.store.ObjectStore.Upload;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;

/**
 * Uploads to HDFS, which has none of its own: parts are files in a folder of the user's home,
 * {@code .shardwright-uploads/PATH/upload-NAME}, that HDFS joins without copying a byte ({@code
 * concat}, one step of its name node) before the file gets its name.
 *
 * <pre>
 * part-00001   a part; each appears by a rename
 * parts        number and length of each, a line each, before they are joined
 * joined       empty, then all parts
 * </pre>
 */
record HdfsUploads(HdfsFiles files) implements Uploads {
  private static final String UPLOADS = ".shardwright-uploads";
  private static final String UPLOAD = "upload-";
  private static final String JOINED = "joined";
  private static final String PARTS = "parts";
  private static final Pattern PART = Pattern.compile("part-([0-9]{5})");

  private static Path all(FileSystem system) {
    return new Path(system.getHomeDirectory(), UPLOADS);
  }

  /** Where the uploads of an object are, or of all below a folder. */
  private static Path home(FileSystem system, RemotePath object) {
    String path = HdfsFiles.named(object).toUri().getPath();
    return path.equals("/") ? all(system) : new Path(all(system), path.substring(1));
  }

  private static Path folder(FileSystem system, RemotePath object, String upload) {
    return new Path(home(system, object), upload);
  }

  @Override
  public String begin(RemotePath object) throws IOException {
    FileSystem system = files.system(object);
    String upload = UPLOAD + UUID.randomUUID();
    system.mkdirs(folder(system, object, upload));
    return upload;
  }

  /** Writes a file that appears when all of it is there. */
  private static void write(FileSystem system, Path file, ByteBuffer bytes) throws IOException {
    Path staged = new Path(file.getParent(), ".staged-" + UUID.randomUUID());
    try {
      try (FSDataOutputStream out = system.create(staged, false)) {
        new BufferStream(bytes.duplicate()).transferTo(out);
        out.hsync();
      }
      rename(system, staged, file, true);
    } finally {
      system.delete(staged, false);
    }
  }

  /** At once, as HDFS alone can. */
  private static void rename(FileSystem system, Path from, Path to, boolean replace)
      throws IOException {
    var context = FileContext.getFileContext(system.getUri(), system.getConf());
    try {
      context.rename(from, to, replace ? Rename.OVERWRITE : Rename.NONE);
    } catch (org.apache.hadoop.fs.FileAlreadyExistsException there) {
      throw new FileAlreadyExistsException(to.toString());
    } catch (FileNotFoundException absent) {
      throw new NoSuchFileException(from.toString());
    }
  }

  @Override
  public void send(RemotePath object, String upload, int number, ByteBuffer bytes, long crc)
      throws IOException {
    FileSystem system = files.system(object);
    Path folder = required(system, object, upload);
    write(system, part(folder, number), bytes);
  }

  private static Path part(Path folder, int number) {
    return new Path(folder, String.format(Locale.ROOT, "part-%05d", number));
  }

  private static Path required(FileSystem system, RemotePath object, String upload)
      throws IOException {
    Path folder = folder(system, object, upload);
    if (!system.exists(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    return folder;
  }

  @Override
  public List<Part> parts(RemotePath object, String upload) throws IOException {
    FileSystem system = files.system(object);
    Path folder = required(system, object, upload);
    if (isJoined(system, folder)) {
      return joined(system, folder);
    }
    var parts = new ArrayList<Part>();
    for (FileStatus status : system.listStatus(folder)) {
      var name = PART.matcher(status.getPath().getName());
      if (name.matches()) {
        parts.add(part(Integer.parseInt(name.group(1)), status.getLen()));
      }
    }
    parts.sort((one, other) -> Integer.compare(one.number(), other.number()));
    return parts;
  }

  private static Part part(int number, long bytes) {
    return new Part(number, String.valueOf(number), bytes, OptionalLong.empty());
  }

  private static List<Part> joined(FileSystem system, Path folder) throws IOException {
    try (var in = system.open(new Path(folder, PARTS))) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .map(line -> line.split(" "))
          .map(words -> part(Integer.parseInt(words[0]), Long.parseLong(words[1])))
          .toList();
    }
  }

  @Override
  public void complete(RemotePath object, String upload, List<Part> parts, boolean replace)
      throws IOException {
    FileSystem system = files.system(object);
    Path folder = required(system, object, upload);
    if (!isJoined(system, folder)) {
      join(system, folder, parts);
    }
    appear(system, folder, object, replace);
    end(system, folder);
  }

  /** Gives what is joined its name. */
  private static void appear(FileSystem system, Path folder, RemotePath object, boolean replace)
      throws IOException {
    Path target = HdfsFiles.named(object);
    system.mkdirs(target.getParent());
    rename(system, new Path(folder, JOINED), target, replace);
  }

  /** Removes an upload, and the folders above it that held nothing else. */
  private static void end(FileSystem system, Path folder) throws IOException {
    system.delete(folder, true);
    Path home = all(system).getParent();
    for (Path at = folder.getParent(); !at.equals(home); at = at.getParent()) {
      try {
        system.delete(at, false);
      } catch (PathIsNotEmptyDirectoryException others) {
        return;
      }
    }
  }

  /** It is made empty first. */
  private static boolean isJoined(FileSystem system, Path folder) throws IOException {
    try {
      return system.getFileStatus(new Path(folder, JOINED)).getLen() > 0;
    } catch (FileNotFoundException notYet) {
      return false;
    }
  }

  private static void join(FileSystem system, Path folder, List<Part> parts) throws IOException {
    var lines = new StringBuilder();
    for (Part part : parts) {
      lines.append(part.number()).append(' ').append(part.bytes()).append('\n');
    }
    write(system, new Path(folder, PARTS), ByteBuffer.wrap(lines.toString().getBytes(UTF_8)));
    Path joined = new Path(folder, JOINED);
    if (!system.exists(joined)) {
      system.create(joined, false).close();
    }
    system.concat(
        joined, parts.stream().map(part -> part(folder, part.number())).toArray(Path[]::new));
  }

  @Override
  public void abort(RemotePath object, String upload) throws IOException {
    FileSystem system = files.system(object);
    end(system, folder(system, object, upload));
  }

  @Override
  public List<Upload> open(RemotePath path) throws IOException {
    FileSystem system = files.system(path);
    var uploads = new ArrayList<Upload>();
    gather(system, home(system, path), path, uploads);
    return uploads;
  }

  private static void gather(
      FileSystem system, Path folder, RemotePath object, List<Upload> uploads) throws IOException {
    FileStatus[] all;
    try {
      all = system.listStatus(folder);
    } catch (FileNotFoundException none) {
      return;
    }
    for (FileStatus status : all) {
      String name = status.getPath().getName();
      if (name.startsWith(UPLOAD)) {
        uploads.add(new Upload(object, name));
      } else if (status.isDirectory()) {
        gather(system, status.getPath(), (RemotePath) object.resolve(name), uploads);
      }
    }
  }

  @Override
  public void put(RemotePath object, ByteBuffer bytes, boolean replace) throws IOException {
    FileSystem system = files.system(object);
    Path folder = folder(system, object, begin(object));
    try {
      write(system, new Path(folder, JOINED), bytes);
      appear(system, folder, object, replace);
    } finally {
      end(system, folder);
    }
  }

  /**
   * A hidden folder, which is ours, goes with the last of its files, as in a store of objects; so
   * does what somebody who was killed was about to put there.
   */
  @Override
  public void delete(RemotePath object) throws IOException {
    FileSystem system = files.system(object);
    Path file = HdfsFiles.named(object);
    system.delete(file, false);
    end(system, home(system, object));
    Path folder = file.getParent();
    if (folder.getName().startsWith(".") && system.listStatus(folder).length == 0) {
      system.delete(folder, false);
    }
  }

  @Override
  public void copy(RemotePath from, RemotePath to) throws IOException {
    FileSystem system = files.system(from);
    Path folder = folder(system, to, begin(to));
    try {
      Path joined = new Path(folder, JOINED);
      FileUtil.copy(system, HdfsFiles.named(from), system, joined, false, system.getConf());
      appear(system, folder, to, true);
    } finally {
      end(system, folder);
    }
  }
}
