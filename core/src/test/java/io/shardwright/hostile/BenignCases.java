package io.shardwright.hostile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Honest files that the formats' rules describe. */
final class BenignCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private final List<Case> cases = new ArrayList<>();

  private BenignCases() {}

  static List<Case> all() {
    var cases = new BenignCases();
    cases.pickles();
    cases.expanded();
    cases.zips();
    cases.archives();
    return cases.cases;
  }

  private void accepted(String name, byte[] file) {
    cases.add(Case.accepted(name, file, Benign.W));
  }

  private void pickle(String name, byte[] pickle) {
    accepted(name, Zip.torch(pickle, VALUES).bytes());
  }

  private void pickles() {
    pickle("a state dict", Pickle.stateDict(3, p -> {}));
    pickle(
        "a Python 2 name",
        Pickle.stateDict(
            3, p -> p.text("x").global("__builtin__", "set").op(']').op(0x85).op('R')));
    pickle(
        "pairs as Python 2 wrote them",
        Pickle.protocol(2)
            .global("collections", "OrderedDict")
            .op(']')
            .op(']')
            .text("w")
            .op('a')
            .tensor("0", 3)
            .op('a')
            .op('a')
            .op(0x85)
            .op('R')
            .stop());
    pickle(
        "a name that is referred to and not called",
        Pickle.stateDict(3, p -> p.text("x").global("my.module", "Thing")));
    pickle(
        "a class as a key",
        Pickle.stateDict(
            3, p -> p.text("x").op('}').global("my.callbacks", "Checkpoint").none().op('s')));
    pickle(
        "a storage key that is a number",
        Pickle.protocol(2)
            .op('}')
            .text("w")
            .global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .mark()
            .text("storage")
            .global("torch", "FloatStorage")
            .number(0)
            .text("cuda:7")
            .number(3)
            .tuple()
            .op('Q')
            .number(0)
            .numbers(3)
            .numbers(1)
            .op(0x89)
            .none()
            .tuple()
            .op('R')
            .op('s')
            .stop());
    pickle(
        "a device's storage",
        Pickle.protocol(2)
            .op('}')
            .text("w")
            .global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .mark()
            .text("storage")
            .global("torch.cuda", "FloatStorage")
            .text("0")
            .text("cuda:0")
            .number(3)
            .tuple()
            .op('Q')
            .number(0)
            .numbers(3)
            .numbers(1)
            .op(0x89)
            .none()
            .tuple()
            .op('R')
            .op('s')
            .stop());
    pickle("a text in quotes", Pickle.stateDict(3, p -> p.text("x").op('S').line("'os.system'")));
    pickle(
        "half a character in a text",
        Pickle.stateDict(
            3,
            p ->
                p.text("x")
                    .raw(
                        new Octets()
                            .u1('X')
                            .u4(3)
                            .bytes((byte) 0xed, (byte) 0xa0, (byte) 0x80)
                            .array())));
    pickle(
        "a thousand values on the stack",
        Pickle.stateDict(3, p -> p.text("x").mark().times(1_000, q -> q.none()).tuple()));
  }

  /** Both tensors lie in one storage, whose checksum only one of them can be read for. */
  private void expanded() {
    byte[] pickle =
        Pickle.stateDict(
            3,
            p ->
                p.text("rows")
                    .tensor("FloatStorage", "0", 3, 1, new long[] {2, 2, 3}, new long[] {1, 0, 0}));
    byte[] rows = Octets.floats(2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3);
    cases.add(
        Case.accepted(
            "values that stand for many",
            Zip.torch(pickle, VALUES).bytes(),
            Map.of("w F32 [3]", VALUES, "rows F32 [2, 2, 3]", rows)));
  }

  private void zips() {
    byte[] pickle = Pickle.stateDict(3, p -> {});
    accepted("a root of another name", Zip.torch("a b-c.d", pickle, VALUES).bytes());
    accepted("a root in other letters", Zip.torch("mod\u00e8le", pickle, VALUES).bytes());
    accepted("sizes before the data", Zip.torch(pickle, VALUES).all(e -> e.flags = 0x0800).bytes());
    accepted(
        "descriptors without a signature",
        Zip.torch(pickle, VALUES)
            .all(e -> e.descriptor = new Octets().u4(e.crc).u4(e.size).u4(e.size).array())
            .bytes());
    accepted(
        "spare bytes behind a storage",
        Zip.torch(pickle, new Octets().bytes(VALUES).bytes(new byte[3]).array()).bytes());
    accepted("a storage that nothing names", Zip.torch(pickle, VALUES, new byte[100]).bytes());
    accepted(
        "records of newer versions",
        Zip.torch(pickle, VALUES)
            .add("model", ".format_version", Octets.utf8("1"))
            .add("model", ".data/serialization_id", Octets.utf8("7"))
            .bytes());
    accepted(
        "unix attributes",
        Zip.torch(pickle, VALUES).all(e -> e.attributes = 0x81a4L << 16).bytes());
    accepted(
        "folders between the records",
        Zip.torch(pickle, VALUES)
            .addWhole("model/", new byte[0])
            .addWhole("model/data/", new byte[0])
            .addWhole("model/.data/more/", new byte[0])
            .bytes());
    accepted(
        "folders with attributes, sizes before the data",
        Zip.torch(pickle, VALUES)
            .addWhole("model/data/", new byte[0])
            .set(
                zip -> {
                  zip.more.get(0).attributes = 0x41ed0010L;
                  zip.more.get(0).flags = 0;
                })
            .bytes());
    accepted(
        "an empty storage",
        Zip.torch(Pickle.stateDict(3, p -> p.text("z").tensor("1", 0)), VALUES, new byte[0])
            .bytes(),
        "z F32 [0]");
  }

  private void accepted(String name, byte[] file, String empty) {
    cases.add(Case.accepted(name, file, Map.of("w F32 [3]", VALUES, empty, new byte[0])));
  }

  private static byte[] gzips(byte[] whole) {
    var all = new Octets();
    for (byte octet : whole) {
      all.bytes(TarCases.gzip(new byte[] {octet}));
    }
    return all.array();
  }

  private void archives() {
    byte[] text = Octets.utf8("x");
    accepted("an archive", Tar.nemo().end());
    accepted(
        "folders named twice", Tar.nemo().folder("./a/").folder("./a/").file("./a/b", text).end());
    accepted(
        "a global comment",
        new Tar()
            .pax('g', "comment=git")
            .file("model_config.yaml", Octets.utf8(Tar.CONFIG))
            .weights()
            .end());
    accepted(
        "times and owners",
        Tar.nemo()
            .pax(
                'x',
                "mtime=1.5",
                "atime=-1",
                "uid=99999999",
                "uname=\u00fc",
                "SCHILY.xattr.user.a=b")
            .file("x", text)
            .end());
    accepted(
        "a long name", Tar.nemo().longName("./" + "a/".repeat(60) + "b").file("x", text).end());
    accepted(
        "a pax path and size",
        Tar.nemo().pax('x', "path=a/\u00fc.txt", "size=1").file("x", text).end());
    accepted(
        "a size in base 256",
        Tar.nemo()
            .entry(
                "x",
                '0',
                text,
                h -> {
                  Arrays.fill(h, 124, 136, (byte) 0);
                  h[124] = (byte) 0x80;
                  h[135] = 1;
                })
            .end());
    accepted(
        "more zeros than needed",
        new Octets().bytes(Tar.nemo().end()).bytes(new byte[1 << 20]).array());
    accepted(
        "a name in two fields",
        Tar.nemo().entry("b.txt", '0', text, h -> Tar.put(h, 345, "folder")).end());
    accepted(
        "the oldest headers",
        Tar.nemo().entry("x", '\0', text, h -> Tar.put(h, 257, "\0\0\0\0\0\0\0\0")).end());
    accepted("a compressed archive", TarCases.gzip(Tar.nemo().end()));
    accepted(
        "spaces and dots in names",
        Tar.nemo().file("a b..c...", text).file(".hidden", text).file("\u65e5\u672c", text).end());
    byte[] tar = Tar.nemo().end();
    for (int cut : new int[] {1, 512, 1000, tar.length - 1}) {
      byte[] first = TarCases.gzip(Arrays.copyOf(tar, cut));
      byte[] second = TarCases.gzip(Arrays.copyOfRange(tar, cut, tar.length));
      accepted(
          "an archive in two gzips, cut at " + cut,
          new Octets().bytes(first).bytes(second).array());
    }
    accepted("an archive in as many gzips as bytes", gzips(tar));
    byte[] packed = TarCases.gzip(tar);
    accepted(
        "a gzip, zeros, a gzip of nothing, and zeros",
        new Octets()
            .bytes(packed)
            .bytes(new byte[5])
            .bytes(TarCases.gzip(new byte[0]))
            .bytes(new byte[512])
            .array());
    cases.add(
        Case.accepted(
            "arrays",
            ZarrCases.nemo(ZarrCases.header("[3]", "[3]", ""))
                .file("./model_weights/w/0", VALUES)
                .end(),
            Benign.W));
    cases.add(
        Case.accepted(
            "arrays in chunks",
            ZarrCases.nemo(ZarrCases.header("[3]", "[2]", ",\"dimension_separator\":\".\""))
                .file("./model_weights/w/0", Octets.floats(1, 2))
                .file("./model_weights/w/1", Octets.floats(3, 9))
                .end(),
            Benign.W));
  }
}
