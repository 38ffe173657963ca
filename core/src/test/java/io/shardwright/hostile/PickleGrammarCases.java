package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Programs for the stack machine that break its rules, or would cost too much. */
final class PickleGrammarCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private final List<Case> cases = new ArrayList<>();

  private PickleGrammarCases() {}

  static List<Case> all() {
    var cases = new PickleGrammarCases();
    cases.machine();
    cases.assembly();
    cases.keys();
    cases.frames();
    cases.lengths();
    cases.bombs();
    cases.names();
    return cases.cases;
  }

  private void malformed(String name, byte[] pickle) {
    cases.add(Case.refused(name, Zip.torch(pickle, VALUES).bytes(), ErrorCode.PICKLE_MALFORMED));
  }

  private void malformed(String name, Consumer<Pickle> value) {
    malformed(name, Pickle.stateDict(3, p -> value.accept(p.text("x"))));
  }

  private void refused(String name, byte[] pickle, ErrorCode... codes) {
    cases.add(Case.refused(name, Zip.torch(pickle, VALUES).bytes(), codes));
  }

  private void machine() {
    malformed("nothing at all", new byte[0]);
    malformed("only STOP", new byte[] {'.'});
    malformed("bytes after STOP", Pickle.protocol(2).op('}').op('.').none().bytes());
    malformed("two pickles", Pickle.protocol(2).op('}').op('.').op('}').stop());
    malformed("values left on the stack", Pickle.protocol(2).none().op('}').stop());
    malformed("a mark left on the stack", Pickle.protocol(2).mark().op('}').stop());
    malformed("protocol 6", Pickle.protocol(6).op('}').stop());
    malformed("EXT1", p -> p.op(0x82).op(1));
    malformed("EXT2", p -> p.op(0x83).op(1).op(0));
    malformed("EXT4", p -> p.op(0x84).op(1).op(0).op(0).op(0));
    malformed("NEXT_BUFFER", p -> p.op(0x97));
    malformed("READONLY_BUFFER", p -> p.none().op(0x98));
    malformed("text PERSID", p -> p.op('P').line("storage"));
    malformed("an unknown opcode", p -> p.op(0xff));
    malformed("a memo cell that was never set", p -> p.get(77));
    malformed("a memo cell of no number", p -> p.op('g').line("x"));
    malformed("a global of numbers", p -> p.number(1).number(2).op(0x93));
    malformed("a call without a tuple", p -> p.global("collections", "OrderedDict").none().op('R'));
    malformed("an OBJ of nothing", p -> p.mark().op('o'));
    malformed("tuple over the mark", p -> p.mark().none().op(0x86));
    malformed("text that is not UTF-8", p -> p.op('X').op(1).op(0).op(0).op(0).op(0xff));
    malformed("an integer that is none", p -> p.op('I').line("1e9"));
    malformed("a float that is none", p -> p.op('F').line("0x1p3"));
  }

  private void assembly() {
    malformed("APPEND to a tensor", p -> p.tensor("0", 3).none().op('a'));
    malformed("SETITEM on a tensor", p -> p.tensor("0", 3).text("k").none().op('s'));
    malformed("SETITEMS on a tensor", p -> p.tensor("0", 3).mark().number(0).number(9).op('u'));
    malformed("ADDITEMS on a tensor", p -> p.tensor("0", 3).mark().none().op(0x90));
    malformed("BUILD on a tensor", p -> p.tensor("0", 3).numbers(1, 2, 3).op('b'));
    malformed("BUILD on a dict", p -> p.op('}').op('}').op('b'));
    malformed("BUILD on a text", p -> p.text("a").op('}').op('b'));
    malformed("APPEND to a dict", p -> p.op('}').none().op('a'));
    malformed("APPEND to a tuple", p -> p.op(')').none().op('a'));
    malformed("SETITEM on a list", p -> p.op(']').number(0).none().op('s'));
    malformed("ADDITEMS on a list", p -> p.op(']').mark().none().op(0x90));
    malformed(
        "BUILD twice", p -> p.global("x", "Y").op(')').op(0x81).op('}').op('b').op('}').op('b'));
    malformed(
        "APPEND to an OrderedDict",
        p -> p.global("collections", "OrderedDict").op(')').op('R').none().op('a'));
    malformed("an odd number of items", p -> p.op('}').mark().text("k").op('u'));
  }

  private void keys() {
    malformed(
        "the same key twice", p -> p.op('}').mark().text("k").none().text("k").none().op('u'));
    malformed("one name for two tensors", p -> p.op('0').text("w").tensor("0", 3));
    malformed("1 and True as keys", p -> p.op('}').mark().number(1).none().op(0x88).none().op('u'));
    malformed(
        "1 and 1.0 as keys",
        p -> p.op('}').mark().number(1).none().op('F').line("1.0").none().op('u'));
    malformed("a dict as a key", p -> p.op('}').op('}').none().op('s'));
    malformed("a list as a key", p -> p.op('}').op(']').none().op('s'));
    malformed("a key of 10,001 parts", p -> p.op('}').numbers(new long[10_001]).none().op('s'));
    malformed("a list in a tuple as a key", p -> p.op('}').op(']').op(0x85).none().op('s'));
    malformed("a set as a key", p -> p.op('}').op(0x8f).none().op('s'));
    malformed(
        "one tuple of a tuple as two keys",
        p -> p.op('}').mark().times(2, q -> q.number(1).op(0x85).op(0x85).none()).op('u'));
    malformed(
        "one frozenset in two orders as two keys",
        p ->
            p.op('}')
                .mark()
                .mark()
                .number(1)
                .text("a")
                .op(0x91)
                .none()
                .mark()
                .text("a")
                .op(0x88)
                .op(0x91)
                .none()
                .op('u'));
    malformed(
        "a tuple tree with 2^60 leaves as a key",
        p -> p.op('}').none().times(60, q -> q.op('2').op(0x86)).none().op('s'));
    malformed(
        "a key nested 100,000 deep",
        p -> p.op('}').none().times(100_000, q -> q.op(0x85)).none().op('s'));
    byte[] numbered = Pickle.protocol(2).op('}').number(1).tensor("0", 3).op('s').stop();
    cases.add(Case.either("numbers for names", Zip.torch(numbered, VALUES).bytes()));
    byte[] half =
        Pickle.protocol(2)
            .op('}')
            .op('X')
            .op(3)
            .op(0)
            .op(0)
            .op(0)
            .raw((byte) 0xed, (byte) 0xa0, (byte) 0x80)
            .tensor("0", 3)
            .op('s')
            .stop();
    refused("half a character as a tensor's name", half, ErrorCode.TENSOR_MALFORMED);
  }

  private void frames() {
    byte[] body = Pickle.stateDict(3, p -> {});
    malformed("a frame longer than the file", frame(body, body.length + 9));
    malformed("a frame that ends within an operation", frame(body, 6));
    malformed("a frame of 2^62 bytes", frame(body, 1L << 62));
    malformed(
        "a frame within a frame",
        new Octets().u1(0x80).u1(4).u1(0x95).u8(20).u1(0x95).u8(1).u1('N').u1('.').array());
    malformed(
        "a call behind a short frame",
        new Octets().u1(0x80).u1(4).u1(0x95).u8(2).u1('}').u1('X').u4(1).u1('.').u1('.').array());
  }

  private static byte[] frame(byte[] body, long length) {
    return new Octets().u1(0x80).u1(4).u1(0x95).u8(length).bytes(body).array();
  }

  private void lengths() {
    malformed("BINBYTES8 of 2^40 bytes", p -> p.raw(new Octets().u1(0x8e).u8(1L << 40).array()));
    malformed("BYTEARRAY8 of 2^62 bytes", p -> p.raw(new Octets().u1(0x96).u8(1L << 62).array()));
    malformed("BINUNICODE8 of 2^63 bytes", p -> p.raw(new Octets().u1(0x8d).u8(1L << 63).array()));
    malformed("BINUNICODE of 4 GiB", p -> p.raw(new Octets().u1('X').u4(-1).array()));
    malformed("BINSTRING below 0", p -> p.raw(new Octets().u1('T').u4(-1).array()));
    malformed("LONG4 of 2 GiB", p -> p.raw(new Octets().u1(0x8b).u4(0x7fffffff).array()));
    malformed("LONG4 below 0", p -> p.raw(new Octets().u1(0x8b).u4(-5).array()));
    refused(
        "an integer of 2,000 bytes",
        Pickle.stateDict(
            3, p -> p.text("x").raw(new Octets().u1(0x8b).u4(2000).bytes(new byte[2000]).array())),
        ErrorCode.LIMIT_EXCEEDED);
    cases.add(
        Case.either(
            "LONG_BINPUT of the last cell",
            Zip.torch(
                    Pickle.stateDict(
                        3,
                        p -> p.text("x").none().raw(new Octets().u1('r').u4(0x7fffffff).array())),
                    VALUES)
                .bytes()));
  }

  private void bombs() {
    refused(
        "lists nested 100,000 deep",
        Pickle.stateDict(
            3, p -> p.text("x").times(100_000, q -> q.op(']')).times(99_999, q -> q.op('a'))),
        ErrorCode.LIMIT_EXCEEDED);
    refused(
        "tuples nested 500,000 deep",
        Pickle.stateDict(3, p -> p.text("x").none().times(500_000, q -> q.op(0x85))),
        ErrorCode.LIMIT_EXCEEDED);
    cases.add(
        Case.either(
            "a list with 2^60 leaves",
            Zip.torch(
                    Pickle.stateDict(
                        3,
                        p ->
                            p.text("x")
                                .op(']')
                                .none()
                                .op('a')
                                .put(0)
                                .times(
                                    60,
                                    q -> q.op('0').op(']').get(0).op('a').get(0).op('a').put(0))),
                    VALUES)
                .bytes()));
    cases.add(
        Case.either(
            "a list of itself",
            Zip.torch(Pickle.stateDict(3, p -> p.text("x").op(']').op('2').op('a')), VALUES)
                .bytes()));
    cases.add(
        Case.either(
            "a million memo cells",
            Zip.torch(
                    Pickle.stateDict(3, p -> p.text("x").none().times(1_000_000, q -> q.op(0x94))),
                    VALUES)
                .bytes()));
    cases.add(
        Case.either(
            "two million marks that come to nothing",
            Zip.torch(
                    Pickle.stateDict(
                        3, p -> p.text("x").none().times(1_000_000, q -> q.op('(').op('1'))),
                    VALUES)
                .bytes()));
    cases.add(
        Case.refused(
            "ten million empty lists",
            Zip.torch(Pickle.stateDict(3, p -> p.times(10_000_000, q -> q.op(']'))), VALUES)
                .bytes()));
  }

  private void names() {
    malformed("a name with a line's end", p -> p.stackGlobal("a\nos", "system\ncos"));
    malformed("an empty name", p -> p.stackGlobal("", ""));
    malformed("a name with a NUL", p -> p.stackGlobal("os\0", "x"));
  }
}
