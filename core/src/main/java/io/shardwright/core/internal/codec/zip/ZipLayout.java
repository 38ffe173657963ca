package io.shardwright.core.internal.codec.zip;

import io.shardwright.core.internal.bytes.Piece;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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

  /**
   * One entry of a zip and the bytes around it. Numbers that don't fit 32 bits move to a zip64
   * extra field, as miniz puts them.
   */
  private record ZipRecord(String name, long size, long headerOffset) {
    private static final int LOCAL = 30;
    private static final int CENTRAL = 46;
    private static final int ALIGNMENT = 64;
    private static final long WIDE = 0xffffffffL;
    private static final int TAIL64 = 56 + 20;
    private static final int TAIL = 22;

    private byte[] nameBytes() {
      return name.getBytes(StandardCharsets.UTF_8);
    }

    private boolean large() {
      return size >= WIDE;
    }

    private boolean far() {
      return headerOffset >= WIDE;
    }

    private int wideFieldSize() {
      return large() || far() ? 4 + (large() ? 16 : 0) + (far() ? 8 : 0) : 0;
    }

    private int padding() {
      long start = headerOffset + LOCAL + nameBytes().length + wideFieldSize() + 4;
      return (int) ((ALIGNMENT - start % ALIGNMENT) % ALIGNMENT);
    }

    /** First byte of the data, a multiple of 64. */
    long dataOffset() {
      return headerOffset + LOCAL + nameBytes().length + wideFieldSize() + 4 + padding();
    }

    private int descriptorSize() {
      return size == 0 ? 0 : large() || far() ? 24 : 16;
    }

    /** First byte after the descriptor. */
    long end() {
      return Math.addExact(dataOffset(), size) + descriptorSize();
    }

    private int flags() {
      return size == 0 ? 0x0800 : 0x0808;
    }

    private static ByteBuffer buffer(int size) {
      return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] localHeader() {
      byte[] bytes = nameBytes();
      int extra = wideFieldSize() + 4 + padding();
      ByteBuffer out = buffer(LOCAL + bytes.length + extra);
      out.putInt(0x04034b50).putShort((short) 0).putShort((short) flags()).putShort((short) 0);
      out.putInt(0).putInt(0).putInt(0).putInt(0);
      out.putShort((short) bytes.length).putShort((short) extra).put(bytes);
      putWide(out, 0);
      out.put((byte) 'F').put((byte) 'B').putShort((short) padding());
      while (out.hasRemaining()) {
        out.put((byte) 'Z');
      }
      return out.array();
    }

    private void putWide(ByteBuffer out, long compressed) {
      if (wideFieldSize() == 0) {
        return;
      }
      out.putShort((short) 1).putShort((short) (wideFieldSize() - 4));
      if (large()) {
        out.putLong(size).putLong(compressed);
      }
      if (far()) {
        out.putLong(headerOffset);
      }
    }

    byte[] descriptor(long crc) {
      ByteBuffer out = buffer(descriptorSize());
      out.putInt(0x08074b50).putInt((int) crc);
      if (large() || far()) {
        out.putLong(size).putLong(size);
      } else {
        out.putInt((int) size).putInt((int) size);
      }
      return out.array();
    }

    private byte[] central(long crc) {
      byte[] bytes = nameBytes();
      ByteBuffer out = buffer(CENTRAL + bytes.length + wideFieldSize());
      int narrow = large() ? -1 : (int) size;
      out.putInt(0x02014b50).putShort((short) 0).putShort((short) 0).putShort((short) flags());
      out.putShort((short) 0).putInt(0).putInt((int) crc).putInt(narrow).putInt(narrow);
      out.putShort((short) bytes.length).putShort((short) wideFieldSize()).putShort((short) 0);
      out.putShort((short) 0).putShort((short) 0).putInt(0);
      out.putInt(far() ? -1 : (int) headerOffset).put(bytes);
      putWide(out, size);
      return out.array();
    }

    private static int directoryBytes(List<ZipRecord> records) {
      return records.stream()
          .mapToInt(record -> CENTRAL + record.nameBytes().length + record.wideFieldSize())
          .reduce(0, Math::addExact);
    }

    static long directorySize(List<ZipRecord> records) {
      return directoryBytes(records) + TAIL64 + TAIL;
    }

    static byte[] directory(List<ZipRecord> records, Map<String, Long> crcs, long start) {
      var out = new ByteArrayOutputStream();
      records.forEach(record -> out.writeBytes(record.central(crcs.get(record.name()))));
      long size = out.size();
      ByteBuffer tail = buffer(TAIL64 + TAIL);
      tail.putInt(0x06064b50).putLong(44).putShort((short) 0x031e).putShort((short) 45);
      tail.putInt(0).putInt(0).putLong(records.size()).putLong(records.size());
      tail.putLong(size).putLong(start);
      tail.putInt(0x07064b50).putInt(0).putLong(start + size).putInt(1);
      short count = (short) Math.min(records.size(), 0xffff);
      tail.putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
      tail.putInt((int) Math.min(size, WIDE))
          .putInt((int) Math.min(start, WIDE))
          .putShort((short) 0);
      out.writeBytes(tail.array());
      return out.toByteArray();
    }
  }
}
