package io.shardwright.hostile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.Deflater;

/** A zip as torch writes it, every field of which may lie. */
final class Zip {
  /** One entry; local fields follow the others where they are not set. */
  static final class Entry {
    String name;
    String localName;
    int method;
    int flags = 0x0808;
    Integer localFlags;
    Integer localMethod;
    Long localCrc;
    Long localSize;
    Long localCompressed;
    long crc;
    long size;
    long compressed;
    byte[] data;
    byte[] localExtra = {};
    byte[] extra = {};
    byte[] descriptor;
    byte[] gap = {};
    long attributes;
    Long offset;
    int disk;

    private Entry(String name, byte[] data) {
      this.name = name;
      this.data = data;
      this.crc = Octets.crc(data);
      this.size = data.length;
      this.compressed = data.length;
    }

    /** Packs the data. */
    Entry deflate() {
      var deflater = new Deflater(9, true);
      deflater.setInput(data);
      deflater.finish();
      byte[] packed = new byte[data.length + 64];
      data = java.util.Arrays.copyOf(packed, deflater.deflate(packed));
      System.arraycopy(packed, 0, data, 0, data.length);
      method = 8;
      compressed = data.length;
      return this;
    }
  }

  final Map<String, Entry> entries = new LinkedHashMap<>();
  final List<Entry> more = new ArrayList<>();
  byte[] prefix = {};
  byte[] beforeDirectory = {};
  byte[] suffix = {};
  String comment = "";
  Integer count;
  int disk;
  Long directoryOffset;
  boolean twoEnds;

  /** A torch file. */
  static Zip torch(byte[] pickle, byte[]... storages) {
    return torch("model", pickle, storages);
  }

  static Zip torch(String root, byte[] pickle, byte[]... storages) {
    var zip = new Zip();
    zip.add(root, "data.pkl", pickle);
    zip.add(root, "byteorder", Octets.utf8("little"));
    for (int i = 0; i < storages.length; i++) {
      zip.add(root, "data/" + i, storages[i]);
    }
    zip.add(root, "version", Octets.utf8("3\n"));
    return zip;
  }

  Zip add(String root, String name, byte[] data) {
    entries.put(name, new Entry(root + "/" + name, data));
    return this;
  }

  /** Adds an entry by its whole name. */
  Zip addWhole(String name, byte[] data) {
    more.add(new Entry(name, data));
    return this;
  }

  Zip with(String name, Consumer<Entry> change) {
    change.accept(entries.get(name));
    return this;
  }

  Zip all(Consumer<Entry> change) {
    entries.values().forEach(change);
    return this;
  }

  Zip set(Consumer<Zip> change) {
    change.accept(this);
    return this;
  }

  byte[] bytes() {
    var out = new Octets().bytes(prefix);
    var directory = new Octets();
    var all = new ArrayList<>(entries.values());
    all.addAll(more);
    for (Entry entry : all) {
      long at = entry.offset == null ? out.size() : entry.offset;
      local(out, entry);
      central(directory, entry, at);
    }
    out.bytes(beforeDirectory);
    long start = directoryOffset == null ? out.size() : directoryOffset;
    out.bytes(directory.array());
    end(out, all.size(), directory.size(), start);
    if (twoEnds) {
      end(out, all.size(), directory.size(), start);
    }
    return out.bytes(suffix).array();
  }

  private static long or(Number given, long otherwise) {
    return given == null ? otherwise : given.longValue();
  }

  private static void local(Octets out, Entry entry) {
    boolean described = (entry.flags & 8) != 0;
    byte[] name = Octets.utf8(entry.localName == null ? entry.name : entry.localName);
    out.bytes(entry.gap).u4(0x04034b50).u2(0).u2(or(entry.localFlags, entry.flags));
    out.u2(or(entry.localMethod, entry.method)).u4(0);
    out.u4(or(entry.localCrc, described ? 0 : entry.crc));
    out.u4(or(entry.localCompressed, described ? 0 : entry.compressed));
    out.u4(or(entry.localSize, described ? 0 : entry.size));
    out.u2(name.length).u2(entry.localExtra.length).bytes(name).bytes(entry.localExtra);
    out.bytes(entry.data);
    if (entry.descriptor != null) {
      out.bytes(entry.descriptor);
    } else if (described) {
      out.u4(0x08074b50).u4(entry.crc).u4(entry.compressed).u4(entry.size);
    }
  }

  private static void central(Octets out, Entry entry, long at) {
    byte[] name = Octets.utf8(entry.name);
    out.u4(0x02014b50).u2(0).u2(0).u2(entry.flags).u2(entry.method).u4(0).u4(entry.crc);
    out.u4(entry.compressed).u4(entry.size).u2(name.length).u2(entry.extra.length).u2(0);
    out.u2(entry.disk).u2(0).u4(entry.attributes).u4(at).bytes(name).bytes(entry.extra);
  }

  private void end(Octets out, int entries, long size, long start) {
    byte[] text = Octets.utf8(comment);
    int stated = count == null ? entries : count;
    out.u4(0x06054b50).u2(disk).u2(disk).u2(stated).u2(stated).u4(size).u4(start);
    out.u2(text.length).bytes(text);
  }
}
