package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.zip.ZipLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The layout of a torch zip to be written. The storages' offsets are known before they are read;
 * headers and directory follow when the checksums are known. The bytes are those that PyTorch 2.2.2
 * writes.
 */
public final class TorchLayout {
  /** A storage to be written. */
  public record StorageSpec(String key, long byteSize) {}

  private static final int DIGITS = 40;

  private final Map<String, Supplier<byte[]>> small = new LinkedHashMap<>();
  private final ZipLayout zip = new ZipLayout();
  private final String root;

  private TorchLayout(String root) {
    this.root = root;
  }

  /** Lays out a file whose records stand in the folder {@code root}. */
  public static TorchLayout of(String root, byte[] pickle, List<StorageSpec> storages) {
    var layout = new TorchLayout(root);
    layout.add("data.pkl", pickle);
    layout.add("byteorder", ascii("little"));
    storages.stream()
        .sorted(Comparator.comparing(StorageSpec::key))
        .forEach(storage -> layout.zip.add(layout.data(storage.key()), storage.byteSize()));
    layout.add("version", ascii("3\n"));
    layout.add(".data/serialization_id", DIGITS, () -> ascii(identity(pickle)));
    return layout;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Digits that depend on nothing but the pickle, so that the same input gives the same bytes. */
  private static String identity(byte[] pickle) {
    byte[] hash = ContentHash.sha256().digest(pickle);
    String digits = new BigInteger(1, hash).mod(BigInteger.TEN.pow(DIGITS)).toString();
    return "0".repeat(DIGITS - digits.length()) + digits;
  }

  private void add(String name, byte[] bytes) {
    add(name, bytes.length, () -> bytes);
  }

  /** What takes time to make is made when it is written: a plan needs its size alone. */
  private void add(String name, int size, Supplier<byte[]> bytes) {
    small.put(root + "/" + name, bytes);
    zip.add(root + "/" + name, size);
  }

  private String data(String key) {
    return root + "/data/" + key;
  }

  /** Size of the whole file. */
  public long size() {
    return zip.size();
  }

  /** Where a storage's bytes begin. */
  public long dataOffset(String key) {
    return zip.dataOffset(data(key));
  }

  /**
   * The whole file.
   *
   * @param storages the bytes of every storage, by key
   */
  public byte[] bytes(Map<String, byte[]> storages) {
    ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(size()));
    whole(storages, Map.of()).forEach(piece -> file.put((int) piece.offset(), piece.bytes()));
    return file.array();
  }

  /**
   * Everything but the bytes of some storages.
   *
   * @param storages the bytes of the others, by key
   * @param crcs the CRC-32 of each of those, by key
   */
  public List<Piece> whole(Map<String, byte[]> storages, Map<String, Long> crcs) {
    var all = new LinkedHashMap<>(crcs);
    var pieces = new ArrayList<Piece>();
    storages.forEach(
        (key, bytes) -> {
          all.put(key, ContentHash.crc(bytes));
          if (bytes.length > 0) {
            pieces.add(new Piece(dataOffset(key), bytes));
          }
        });
    pieces.addAll(structure(all));
    return pieces;
  }

  /**
   * Everything but the storages' bytes.
   *
   * @param crcs the CRC-32 of every storage, by key
   */
  public List<Piece> structure(Map<String, Long> crcs) {
    Map<String, Long> all = new HashMap<>();
    var pieces = new ArrayList<Piece>();
    small.forEach(
        (name, made) -> {
          byte[] bytes = made.get();
          all.put(name, ContentHash.crc(bytes));
          pieces.add(new Piece(zip.dataOffset(name), bytes));
        });
    crcs.forEach((key, crc) -> all.put(data(key), crc));
    pieces.addAll(zip.structure(all));
    return pieces;
  }
}
