package io.shardwright.faults;

import io.shardwright.faults.Faults.Operation;
import io.shardwright.spi.store.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/** An object store with uploads by parts; its objects are files, its folders are where some are. */
final class UploadProvider extends StoreProvider implements ObjectStore {
  static final int SMALLEST = 4096;

  /** What several processes see alike. */
  static final class Uploads {
    private final Map<String, Path> objects = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, byte[]>> parts = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();

    /** How many are not completed. */
    int open() {
      return parts.size();
    }
  }

  private final FileSystem owner;
  private final Uploads uploads;
  private final Faults faults;

  UploadProvider(FileSystem owner, Uploads uploads, Faults faults) {
    super(owner, faults);
    this.owner = owner;
    this.uploads = uploads;
    this.faults = faults;
  }

  private Path before(Path path) throws IOException {
    Path real = FaultyPaths.unwrap(path);
    faults.before(Operation.UPLOAD, real);
    return real;
  }

  private Map<Integer, byte[]> of(String upload) throws IOException {
    var found = uploads.parts.get(upload);
    if (found == null) {
      throw new NoSuchFileException(upload);
    }
    return found;
  }

  @Override
  public int smallestPart() {
    return SMALLEST;
  }

  @Override
  public int mostParts() {
    return 100;
  }

  @Override
  public String begin(Path object) throws IOException {
    Path real = before(object);
    String upload = "upload " + uploads.next.incrementAndGet();
    uploads.objects.put(upload, real);
    uploads.parts.put(upload, new ConcurrentHashMap<>());
    return upload;
  }

  @Override
  public void send(Path object, String upload, int number, ByteBuffer bytes, long crc)
      throws IOException {
    before(object);
    byte[] kept = new byte[bytes.remaining()];
    bytes.duplicate().get(kept);
    if (crc(kept) != crc) {
      throw new IOException("the bytes have another CRC-32");
    }
    of(upload).put(number, kept);
  }

  private static long crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  @Override
  public List<Part> parts(Path object, String upload) throws IOException {
    before(object);
    var parts = new ArrayList<Part>();
    new TreeMap<>(of(upload))
        .forEach(
            (number, bytes) ->
                parts.add(new Part(number, "tag", bytes.length, OptionalLong.of(crc(bytes)))));
    return parts;
  }

  @Override
  public void complete(Path object, String upload, List<Part> parts, boolean replace)
      throws IOException {
    Path real = before(object);
    var sent = of(upload);
    var bytes = ByteBuffer.allocate(sent.values().stream().mapToInt(part -> part.length).sum());
    for (int number = 1; number <= parts.size(); number++) {
      byte[] part = sent.get(number);
      if (part.length < SMALLEST && number < parts.size()) {
        throw new IOException("part " + number + " is too short");
      }
      bytes.put(part);
    }
    write(real, bytes.array(), replace);
    abort(object, upload);
  }

  private static synchronized void write(Path real, byte[] bytes, boolean replace)
      throws IOException {
    Files.createDirectories(real.getParent());
    if (replace) {
      Files.write(real, bytes);
    } else {
      Files.write(real, bytes, StandardOpenOption.CREATE_NEW);
    }
  }

  @Override
  public void abort(Path object, String upload) throws IOException {
    before(object);
    uploads.parts.remove(upload);
    uploads.objects.remove(upload);
  }

  @Override
  public List<Upload> uploads(Path path) throws IOException {
    Path real = before(path);
    var found = new ArrayList<Upload>();
    uploads.objects.forEach(
        (upload, object) -> {
          if (object.startsWith(real)) {
            found.add(new Upload(FaultyPaths.wrap(object, owner), upload));
          }
        });
    return found;
  }

  @Override
  public void put(Path object, ByteBuffer bytes, boolean replace) throws IOException {
    byte[] kept = new byte[bytes.remaining()];
    bytes.duplicate().get(kept);
    write(before(object), kept, replace);
  }

  /** A folder is gone with its last object. */
  @Override
  public void delete(Path path) throws IOException {
    if (Files.isDirectory(FaultyPaths.unwrap(path))) {
      return;
    }
    super.delete(path);
    Path folder = FaultyPaths.unwrap(path).getParent();
    while (isEmpty(folder)) {
      Files.delete(folder);
      folder = folder.getParent();
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }
}
