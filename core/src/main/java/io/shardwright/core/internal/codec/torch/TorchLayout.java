package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.Piece;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/**
 * A torch zip laid out before its storages are read: where each will lie is known at once; headers
 * and directory follow when the storages' checksums are known. Bytes are as PyTorch 2.2.2 writes
 * them.
 */
public final class TorchLayout {
  /** A storage to be written. */
  public record StorageSpec(String key, long byteSize) {}

  private static final int DIGITS = 40;

  private final Map<String, ZipRecord> storages = new LinkedHashMap<>();
  private final Map<ZipRecord, Supplier<byte[]>> small = new LinkedHashMap<>();
  private final List<ZipRecord> records = new ArrayList<>();
  private final String root;
  private long end;

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
        .forEach(
            storage ->
                layout.storages.put(
                    storage.key(), layout.place("data/" + storage.key(), storage.byteSize())));
    layout.add("version", ascii("3\n"));
    layout.add(".data/serialization_id", DIGITS, () -> ascii(identity(pickle)));
    return layout;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Digits that depend on nothing but the pickle, so that the same input gives the same bytes. */
  private static String identity(byte[] pickle) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(pickle);
      var digits = new BigInteger(1, hash).mod(BigInteger.TEN.pow(DIGITS));
      return String.format(Locale.ROOT, "%0" + DIGITS + "d", digits);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void add(String name, byte[] bytes) {
    add(name, bytes.length, () -> bytes);
  }

  /** What takes time to make is made when it is written: a plan needs its size alone. */
  private void add(String name, int size, Supplier<byte[]> bytes) {
    small.put(place(name, size), bytes);
  }

  private ZipRecord place(String name, long size) {
    var record = new ZipRecord(root + "/" + name, size, end);
    records.add(record);
    end = record.end();
    return record;
  }

  /** Size of the whole file. */
  public long size() {
    return Math.addExact(end, ZipRecord.directorySize(records));
  }

  /** Where a storage's bytes begin. */
  public long dataOffset(String key) {
    return storages.get(key).dataOffset();
  }

  /**
   * Everything but the storages' bytes.
   *
   * @param crcs the CRC-32 of every storage, by key
   */
  public List<Piece> structure(Map<String, Long> crcs) {
    Map<ZipRecord, Long> all = new LinkedHashMap<>();
    var pieces = new ArrayList<Piece>();
    small.forEach(
        (record, made) -> {
          byte[] bytes = made.get();
          var crc = new CRC32();
          crc.update(bytes);
          all.put(record, crc.getValue());
          pieces.add(new Piece(record.dataOffset(), bytes));
        });
    storages.forEach((key, record) -> all.put(record, crcs.get(key)));
    for (ZipRecord record : records) {
      pieces.add(new Piece(record.headerOffset(), record.localHeader()));
      if (record.size() > 0) {
        pieces.add(
            new Piece(record.dataOffset() + record.size(), record.descriptor(all.get(record))));
      }
    }
    pieces.add(new Piece(end, ZipRecord.directory(records, all, end)));
    return pieces;
  }
}
