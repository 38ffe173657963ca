package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Zips that two readers would read differently, or that would cost too much. */
final class ZipCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final byte[] PICKLE = Pickle.stateDict(3, p -> {});
  private static final byte[] NONE = {};
  private final List<Case> cases = new ArrayList<>();

  private ZipCases() {}

  static List<Case> all() {
    var cases = new ZipCases();
    cases.names();
    cases.locals();
    cases.shape();
    cases.packing();
    cases.records();
    return cases.cases;
  }

  private void malformed(String name, Consumer<Zip> change) {
    refused(name, change, ErrorCode.ZIP_MALFORMED);
  }

  private void refused(String name, Consumer<Zip> change, ErrorCode... codes) {
    cases.add(Case.refused(name, Zip.torch(PICKLE, VALUES).set(change).bytes(), codes));
  }

  private void pickle(String name, Consumer<Zip.Entry> change) {
    malformed(name, zip -> zip.with("data.pkl", change));
  }

  private void names() {
    for (String name :
        new String[] {
          "model/../../evil",
          "../evil",
          "/etc/passwd",
          "model//data",
          "model/./data",
          "model\\x",
          "C:/evil",
          "model/a\0b",
          "model/a\nb",
          "model/",
          "model/x:y"
        }) {
      refused("an entry '" + name + "'", zip -> zip.addWhole(name, VALUES), ErrorCode.PATH_ESCAPE);
    }
    refused("a name of 5,000 bytes", z -> z.addWhole("model/" + "x/".repeat(2_500) + "y", VALUES));
    refused("a part of 300 bytes", z -> z.addWhole("model/" + "x".repeat(300), VALUES));
    malformed("the same entry twice", zip -> zip.addWhole("model/data.pkl", PICKLE));
    malformed("the same storage twice", zip -> zip.addWhole("model/data/0", VALUES));
    malformed("names that differ in case", zip -> zip.addWhole("model/DATA.pkl", PICKLE));
    malformed("two roots", zip -> zip.addWhole("other/x", VALUES));
    malformed("two pickles", zip -> zip.addWhole("other/data.pkl", PICKLE));
    malformed("an entry without a folder", zip -> zip.addWhole("x", VALUES));
    malformed("a folder beside the root", zip -> zip.addWhole("other/", NONE));
    malformed("a folder twice", z -> z.addWhole("model/a/", NONE).addWhole("model/a/", NONE));
    malformed("a folder of a file's name", zip -> zip.addWhole("model/data.pkl/", NONE));
    refused("a folder elsewhere", z -> z.addWhole("model/../a/", NONE), ErrorCode.PATH_ESCAPE);
    malformed(
        "a file that says it is a folder",
        zip -> zip.addWhole("model/x", NONE).more.get(0).attributes = 0x41ed0000L);
    malformed(
        "a folder that says it is a link",
        zip -> zip.addWhole("model/x/", NONE).more.get(0).attributes = 0xa1ff0000L);
    malformed("no pickle", zip -> zip.entries.remove("data.pkl"));
  }

  private void locals() {
    pickle("another name before the data", e -> e.localName = "model/data.pk2");
    pickle("a longer name before the data", e -> e.localName = "model/data.pkl2");
    pickle("another method before the data", e -> e.localMethod = 8);
    pickle("other flags before the data", e -> e.localFlags = 0x0809);
    pickle("another checksum before the data", e -> e.localCrc = 7L);
    pickle("another size before the data", e -> e.localSize = 7L);
    pickle("another packed size before the data", e -> e.localCompressed = 7L);
    pickle("an encrypted entry", e -> e.flags |= 1);
    pickle("strong encryption", e -> e.flags |= 1 << 6);
    pickle("masked headers", e -> e.flags |= 1 << 13);
    pickle("packed by LZMA", e -> e.method = 14);
    pickle("packed by zstd", e -> e.method = 93);
    pickle("an entry on another disk", e -> e.disk = 1);
    pickle("a symbolic link", e -> e.attributes = 0xa1ffL << 16);
    pickle("a device", e -> e.attributes = 0x21ffL << 16);
    pickle(
        "a descriptor that lies",
        e -> e.descriptor = new Octets().u4(0x08074b50).u4(e.crc).u4(9).u4(9).array());
    pickle("a zip64 field without need", e -> e.extra = new Octets().u2(1).u2(8).u8(5).array());
    pickle(
        "a zip64 size of 2^63",
        e -> {
          e.size = 0xffffffffL;
          e.extra = new Octets().u2(1).u2(8).u8(1L << 63).array();
        });
    pickle("no zip64 field where one is needed", e -> e.size = 0xffffffffL);
    pickle("extra fields that end outside", e -> e.extra = new Octets().u2(9).u2(99).array());
  }

  private void shape() {
    refused("bytes before the first entry", zip -> zip.prefix = Octets.utf8("#!/bin/sh\n"));
    malformed("bytes after the end", zip -> zip.suffix = new byte[] {0});
    malformed("a comment", zip -> zip.comment = "hello");
    malformed("two end records", zip -> zip.twoEnds = true);
    malformed("more entries than stated", zip -> zip.count = 1);
    malformed("fewer entries than stated", zip -> zip.count = 99);
    malformed("several disks", zip -> zip.disk = 1);
    malformed("a directory elsewhere", zip -> zip.directoryOffset = 0L);
    malformed("a directory past the end", zip -> zip.directoryOffset = 0x7fffffffL);
    malformed("bytes before the directory", zip -> zip.beforeDirectory = new byte[64]);
    malformed(
        "an entry that is not in the directory",
        zip -> zip.with("version", e -> e.gap = Zip.torch(PICKLE, VALUES).bytes()));
    malformed(
        "two names for one entry's bytes",
        zip -> {
          zip.addWhole("model/data/1", VALUES);
          zip.more.get(0).offset = 0L;
        });
    malformed(
        "an entry that ends in the directory",
        zip ->
            zip.with(
                "version",
                e -> {
                  e.size = 5_000;
                  e.compressed = 5_000;
                }));
    malformed(
        "an entry of 4 GB",
        zip ->
            zip.with(
                "data/0",
                e -> {
                  e.size = 0xfffffffeL;
                  e.compressed = 0xfffffffeL;
                }));
    byte[] whole = Zip.torch(PICKLE, VALUES).bytes();
    cases.add(Case.refused("half a zip", java.util.Arrays.copyOf(whole, whole.length / 2)));
    cases.add(
        Case.refused(
            "an end record alone", new Octets().u4(0x06054b50).bytes(new byte[18]).array()));
  }

  private void packing() {
    refused(
        "a pickle with a wrong checksum",
        z -> z.with("data.pkl", e -> e.crc ^= 1),
        ErrorCode.CHECKSUM_MISMATCH);
    refused(
        "a storage with a wrong checksum",
        z -> z.with("data/0", e -> e.crc ^= 1),
        ErrorCode.CHECKSUM_MISMATCH);
    pickle("stored with two sizes", e -> e.size++);
    pickle("deflated to less", e -> e.deflate().size++);
    pickle("deflated to more", e -> e.deflate().size--);
    pickle("deflated and broken", e -> e.deflate().data[0] ^= 7);
    pickle(
        "deflated with bytes behind",
        e -> {
          e.deflate().data = java.util.Arrays.copyOf(e.data, e.data.length + 3);
          e.compressed += 3;
        });
    pickle(
        "deflated to more than can be",
        e -> {
          e.deflate();
          e.size = 200_000_000;
        });
  }

  private void records() {
    refused("byteorder 'middle'", z -> z.with("byteorder", e -> set(e, "middle")));
    refused("a byteorder of 200 bytes", z -> z.with("byteorder", e -> set(e, "little".repeat(40))));
    refused("version 99", z -> z.with("version", e -> set(e, "99\n")));
    refused("version 3.5", z -> z.with("version", e -> set(e, "3.5\n")));
    refused("TorchScript", z -> z.add("model", "code/x.py", VALUES), ErrorCode.UNSUPPORTED);
    refused(
        "TorchScript's constants",
        z -> z.add("model", "constants.pkl", VALUES),
        ErrorCode.UNSUPPORTED);
  }

  private static void set(Zip.Entry entry, String text) {
    entry.data = Octets.utf8(text);
    entry.crc = Octets.crc(entry.data);
    entry.size = entry.data.length;
    entry.compressed = entry.data.length;
  }
}
