package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Archives that would write elsewhere, hold other than files, or mean two things. */
final class TarCases {
  private static final ErrorCode BAD = ErrorCode.TAR_MALFORMED;
  private static final byte[] TEXT = Octets.utf8("pwned");
  private final List<Case> cases = new ArrayList<>();

  private TarCases() {}

  static List<Case> all() {
    var cases = new TarCases();
    cases.names();
    cases.types();
    cases.records();
    cases.headers();
    cases.ends();
    cases.gzips();
    return cases.cases;
  }

  private void refused(String name, Tar tar, ErrorCode... codes) {
    cases.add(Case.refused(name, tar.end(), codes));
  }

  private void names() {
    for (String name :
        new String[] {
          "../evil",
          "./../evil",
          "a/../../evil",
          "/etc/evil",
          "//evil",
          "a//b",
          "a/./b",
          "..\\evil",
          "C:\\evil",
          "C:evil",
          "a\nb",
          "a\u007fb",
          "..",
          "a/..",
          "file:x"
        }) {
      refused("a member '" + name + "'", Tar.nemo().file(name, TEXT), ErrorCode.PATH_ESCAPE);
    }
    refused(
        "a long name that leads up",
        Tar.nemo().longName("../".repeat(60) + "evil").file("x", TEXT),
        ErrorCode.PATH_ESCAPE);
    refused(
        "a pax path that leads up",
        Tar.nemo().pax('x', "path=../evil").file("x", TEXT),
        ErrorCode.PATH_ESCAPE);
    refused(
        "a pax path that is absolute",
        Tar.nemo().pax('x', "path=/etc/evil").file("x", TEXT),
        ErrorCode.PATH_ESCAPE);
    refused(
        "a name of 5,000 bytes",
        Tar.nemo().longName("a/".repeat(2_500) + "b").file("x", TEXT),
        ErrorCode.LIMIT_EXCEEDED);
    refused(
        "a name 100 folders deep",
        Tar.nemo().longName("a/".repeat(100) + "b").file("x", TEXT),
        ErrorCode.LIMIT_EXCEEDED);
    refused(
        "a part of 300 bytes",
        Tar.nemo().longName("a".repeat(300)).file("x", TEXT),
        ErrorCode.PATH_ESCAPE);
    refused("the weights twice", Tar.nemo().weights(), BAD);
    refused("the configuration twice", Tar.nemo().file("model_config.yaml", TEXT), BAD);
    refused("names that differ in case", Tar.nemo().file("Model_Config.yaml", TEXT), BAD);
    refused(
        "names that differ in their accents' spelling",
        Tar.nemo().file("\u00e9", TEXT).file("e\u0301", TEXT),
        BAD);
    refused("a member below a file", Tar.nemo().file("model_config.yaml/x", TEXT), BAD);
    refused("a folder in the place of a file", Tar.nemo().folder("model_config.yaml/"), BAD);
    refused(
        "a name that is not UTF-8",
        Tar.nemo().entry("x", '0', TEXT, h -> h[0] = (byte) 0xff),
        ErrorCode.PATH_ESCAPE);
  }

  private void types() {
    refused("a symbolic link", Tar.nemo().link("x", '2', "/etc/passwd"), BAD);
    refused("a hard link", Tar.nemo().link("x", '1', "model_config.yaml"), BAD);
    refused(
        "a link in the place of the weights",
        new Tar()
            .file("model_config.yaml", Octets.utf8(Tar.CONFIG))
            .link("model_weights.ckpt", '2', "/dev/zero"),
        BAD);
    refused("a FIFO", Tar.nemo().link("x", '6', ""), BAD);
    refused("a character device", Tar.nemo().link("x", '3', ""), BAD);
    refused("a block device", Tar.nemo().link("x", '4', ""), BAD);
    refused("a sparse file", Tar.nemo().entry("x", 'S', TEXT, h -> {}), BAD);
    refused("a GNU long link", Tar.nemo().entry("x", 'K', TEXT, h -> {}), BAD);
    refused("a multi-volume entry", Tar.nemo().entry("x", 'M', TEXT, h -> {}), BAD);
    refused("an unknown type", Tar.nemo().entry("x", 'Z', TEXT, h -> {}), BAD);
    refused("a folder with data", Tar.nemo().entry("x", '5', TEXT, h -> {}), BAD);
  }

  private void records() {
    refused("a pax link", Tar.nemo().pax('x', "linkpath=/etc/passwd").file("x", TEXT), BAD);
    refused(
        "a sparse pax record",
        Tar.nemo().pax('x', "GNU.sparse.realsize=1000000000000").file("x", TEXT),
        BAD);
    refused("another character set", Tar.nemo().pax('x', "hdrcharset=BINARY").file("x", TEXT), BAD);
    refused("a global path", new Tar().pax('g', "path=evil").file("x", TEXT), BAD);
    refused("a global size", new Tar().pax('g', "size=1").file("x", TEXT), BAD);
    refused("a size below 0", Tar.nemo().pax('x', "size=-1").file("x", TEXT), BAD);
    refused(
        "a size of 2^70", Tar.nemo().pax('x', "size=1180591620717411303424").file("x", TEXT), BAD);
    refused("a size past the end", Tar.nemo().pax('x', "size=99999999").file("x", TEXT), BAD);
    refused("two sizes", Tar.nemo().pax('x', "size=5", "size=0").file("x", TEXT), BAD);
    refused("two paths", Tar.nemo().pax('x', "path=a", "path=b").file("x", TEXT), BAD);
    refused("a path in two ways", Tar.nemo().longName("a").pax('x', "path=b").file("x", TEXT), BAD);
    refused("records before nothing", Tar.nemo().pax('x', "path=b"), BAD);
    for (String record :
        new String[] {
          "0 path=a\n", "-3 path=a\n", "9 path=a", "99 path=a\n", "path=a\n", "x path=a\n"
        }) {
      refused(
          "a record '" + record.strip() + "'",
          Tar.nemo().entry("p", 'x', Octets.utf8(record), h -> {}).file("x", TEXT),
          BAD);
    }
    refused(
        "records of 2 MB",
        Tar.nemo().pax('x', "comment=" + "x".repeat(2_000_000)).file("x", TEXT),
        ErrorCode.LIMIT_EXCEEDED);
    cases.add(
        Case.accepted(
            "a time of 400,000 digits",
            Tar.nemo().pax('x', "mtime=" + "9".repeat(400_000)).file("x", TEXT).end(),
            Benign.W));
  }

  private void headers() {
    refused("a wrong checksum", Tar.nemo().raw(broken()), BAD);
    refused("a member without a name", Tar.nemo().file("./", TEXT), BAD);
    refused("a size past the end", Tar.nemo().raw(size("x", 1L << 40)), BAD);
    refused("a base-256 size of 2^62", Tar.nemo().raw(binary((byte) 0x80, (byte) 0x40)), BAD);
    refused("a base-256 size below 0", Tar.nemo().raw(binary((byte) 0xff, (byte) 0xff)), BAD);
    refused(
        "a size that is not octal",
        Tar.nemo().entry("x", '0', TEXT, h -> Tar.put(h, 124, "9x9")),
        BAD);
    refused(
        "a second name field without a standard",
        Tar.nemo()
            .entry(
                "x",
                '0',
                TEXT,
                h -> {
                  Tar.put(h, 257, "\0\0\0\0\0\0\0\0");
                  Tar.put(h, 345, "evil");
                }),
        BAD);
  }

  private static byte[] broken() {
    byte[] header = Tar.header("model_config.yaml", '0', 0);
    Tar.sum(header);
    header[0] ^= 1;
    return header;
  }

  private static byte[] size(String name, long size) {
    byte[] header = Tar.header(name, '0', 0);
    Tar.put(header, 124, String.format("%011o\0", Math.min(size, 0x1ffffffffL)));
    Tar.sum(header);
    return header;
  }

  private static byte[] binary(byte first, byte fill) {
    byte[] header = Tar.header("x", '0', 0);
    Arrays.fill(header, 124, 136, fill);
    header[124] = first;
    Tar.sum(header);
    return header;
  }

  private void ends() {
    byte[] tail = Tar.nemo().end();
    cases.add(
        Case.refused(
            "data after the end mark",
            new Octets().bytes(tail).bytes(Tar.nemo().end()).array(),
            BAD));
    cases.add(
        Case.refused("a byte after the end mark", new Octets().bytes(tail).u1(1).array(), BAD));
    cases.add(Case.refused("no end mark", Tar.nemo().withoutEnd(), BAD));
    cases.add(Case.refused("only zeros", new byte[10_240]));
    cases.add(Case.refused("nothing", new byte[0]));
    refused("no configuration", new Tar().weights(), ErrorCode.CONFIG_MISSING);
    refused(
        "torch's layout of 2016",
        new Tar()
            .file("sys_info", TEXT)
            .file("pickle", TEXT)
            .file("tensors", TEXT)
            .file("storages", TEXT),
        ErrorCode.UNSUPPORTED);
  }

  private void gzips() {
    byte[] tar = Tar.nemo().end();
    byte[] packed = gzip(tar);
    int end = packed.length;
    cases.add(Case.refused("a wrong trailer checksum", flipped(packed, end - 8), BAD));
    cases.add(Case.refused("a wrong trailer size", flipped(packed, end - 1), BAD));
    cases.add(Case.refused("a gzip without its trailer", Arrays.copyOf(packed, end - 8), BAD));
    cases.add(
        Case.refused("two gzips in a row", new Octets().bytes(packed).bytes(packed).array(), BAD));
    cases.add(
        Case.refused(
            "bytes after a gzip", new Octets().bytes(packed).text("#!/bin/sh").array(), BAD));
    cases.add(
        Case.refused(
            "bytes after a gzip's zeros",
            new Octets().bytes(packed).bytes(new byte[512]).text("x").array(),
            BAD));
    byte[] half = Arrays.copyOf(tar, 1_000);
    byte[] rest = gzip(Arrays.copyOfRange(tar, 1_000, tar.length));
    cases.add(
        Case.refused(
            "a second gzip with a wrong checksum",
            new Octets().bytes(gzip(half)).bytes(flipped(rest, rest.length - 8)).array(),
            BAD));
    cases.add(
        Case.refused(
            "half of a second gzip",
            new Octets().bytes(gzip(half)).bytes(Arrays.copyOf(rest, rest.length / 2)).array(),
            BAD));
    cases.add(Case.refused("the first gzip of two alone", gzip(half), BAD));
    cases.add(Case.refused("a gzip of another method", flipped(packed, 2), BAD));
    cases.add(Case.refused("a gzip with reserved flags", flipped(packed, 3), BAD));
    cases.add(Case.refused("a gzip in a gzip", gzip(packed)));
    cases.add(Case.refused("half a gzip", Arrays.copyOf(packed, end / 2), BAD));
    cases.add(
        Case.refused("an archive that unpacks to 300 MB", bomb(300), ErrorCode.LIMIT_EXCEEDED));
  }

  private static byte[] flipped(byte[] whole, int at) {
    byte[] flipped = whole.clone();
    flipped[at] ^= (byte) 0xe0;
    return flipped;
  }

  static byte[] gzip(byte[] whole) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(whole);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  private static byte[] bomb(int megabytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < megabytes; i++) {
        gzip.write(zeros);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }
}
