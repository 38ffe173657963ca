package io.shardwright.core.internal.codec.zip;

import io.shardwright.core.internal.bytes.Piece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A zip of stored entries laid out before their bytes are known: where each will lie is known at
 * once; headers and directory follow when the checksums are known.
 */
public final class ZipLayout {
  private final Map<String, ZipRecord> records = new LinkedHashMap<>();
  private long end;

  /** Adds an entry, whose bytes begin at a multiple of 64. */
  public void add(String name, long size) {
    var record = new ZipRecord(name, size, end);
    records.put(name, record);
    end = record.end();
  }

  /** Size of the whole file. */
  public long size() {
    return Math.addExact(end, ZipRecord.directorySize(List.copyOf(records.values())));
  }

  /** Where an entry's bytes begin. */
  public long dataOffset(String name) {
    return records.get(name).dataOffset();
  }

  /**
   * Everything but the entries' bytes.
   *
   * @param crcs the CRC-32 of every entry, by name
   */
  public List<Piece> structure(Map<String, Long> crcs) {
    var pieces = new ArrayList<Piece>();
    for (ZipRecord record : records.values()) {
      pieces.add(new Piece(record.headerOffset(), record.localHeader()));
      if (record.size() > 0) {
        byte[] descriptor = record.descriptor(crcs.get(record.name()));
        pieces.add(new Piece(record.dataOffset() + record.size(), descriptor));
      }
    }
    pieces.add(new Piece(end, ZipRecord.directory(List.copyOf(records.values()), crcs, end)));
    return pieces;
  }
}
