package io.shardwright.remote;

import io.shardwright.spi.store.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;

/** A scheme whose objects can be written, by parts of uploads. */
abstract class StoreProvider extends RemoteProvider implements ObjectStore {
  StoreProvider(String scheme, int connections) {
    super(scheme, connections);
  }

  /** What writes its objects. */
  abstract Uploads uploads();

  @Override
  boolean readOnly() {
    return false;
  }

  @Override
  public String begin(Path object) throws IOException {
    return uploads().begin(whole(object));
  }

  @Override
  public void send(Path object, String upload, int number, ByteBuffer bytes, long crc)
      throws IOException {
    uploads().send(whole(object), upload, number, bytes, crc);
  }

  @Override
  public List<Part> parts(Path object, String upload) throws IOException {
    return uploads().parts(whole(object), upload);
  }

  @Override
  public void complete(Path object, String upload, List<Part> parts, boolean replace)
      throws IOException {
    uploads().complete(whole(object), upload, parts, replace);
  }

  @Override
  public void abort(Path object, String upload) throws IOException {
    uploads().abort(whole(object), upload);
  }

  @Override
  public List<Upload> uploads(Path path) throws IOException {
    return uploads().open(whole(path));
  }

  @Override
  public void put(Path object, ByteBuffer bytes, boolean replace) throws IOException {
    uploads().put(whole(object), bytes, replace);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (options.stream().noneMatch(RemoteProvider::writes)) {
      return super.newByteChannel(path, options, attributes);
    }
    boolean creates = options.contains(StandardOpenOption.CREATE_NEW);
    return new Writing(bytes -> put(path, bytes, !creates));
  }

  /** There are no folders but those of names. */
  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) {}

  @Override
  public void delete(Path path) throws IOException {
    RemotePath whole = whole(path);
    var entry = store().entry(whole).orElseThrow(() -> new NoSuchFileException(path.toString()));
    if (!entry.folder()) {
      uploads().delete(whole);
    }
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) throws IOException {
    boolean replaces = List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
    if (!replaces && store().entry(whole(to)).isPresent()) {
      throw new FileAlreadyExistsException(to.toString());
    }
    uploads().copy(whole(from), whole(to));
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    if (List.of(options).contains(StandardCopyOption.ATOMIC_MOVE)) {
      throw new AtomicMoveNotSupportedException(from.toString(), to.toString(), "it is a store");
    }
    copy(from, to, options);
    delete(from);
  }

  /** A small object, which appears when it is closed. */
  private static final class Writing implements SeekableByteChannel {
    /** Takes all bytes. */
    private interface Whole {
      void take(ByteBuffer bytes) throws IOException;
    }

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Whole whole;
    private boolean open = true;

    Writing(Whole whole) {
      this.whole = whole;
    }

    @Override
    public int write(ByteBuffer source) {
      byte[] block = new byte[source.remaining()];
      source.get(block);
      bytes.writeBytes(block);
      return block.length;
    }

    @Override
    public long position() {
      return bytes.size();
    }

    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() throws IOException {
      if (open) {
        open = false;
        whole.take(ByteBuffer.wrap(bytes.toByteArray()));
      }
    }

    @Override
    public int read(ByteBuffer target) {
      throw new NonReadableChannelException();
    }

    @Override
    public SeekableByteChannel position(long position) {
      throw new UnsupportedOperationException("an object is written front to back");
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new UnsupportedOperationException("an object is written front to back");
    }
  }
}
