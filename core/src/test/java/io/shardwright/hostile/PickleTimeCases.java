package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Values that Python would see as they were, or spell, otherwise than at first sight. */
final class PickleTimeCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final byte[] NINES = Octets.floats(9, 9, 9);
  private final List<Case> cases = new ArrayList<>();

  private PickleTimeCases() {}

  static List<Case> all() {
    var cases = new PickleTimeCases();
    cases.filledLater();
    cases.states();
    cases.texts();
    cases.sameKeys();
    return cases.cases;
  }

  private void refused(String name, ErrorCode code, Consumer<Pickle> value) {
    byte[] pickle = Pickle.stateDict(3, p -> value.accept(p.text("x")));
    cases.add(Case.refused(name, Zip.torch(pickle, VALUES, NINES).bytes(), code));
  }

  private void malformed(String name, Consumer<Pickle> value) {
    refused(name, ErrorCode.PICKLE_MALFORMED, value);
  }

  private void read(String name, Consumer<Pickle> value) {
    byte[] pickle = Pickle.stateDict(3, p -> value.accept(p.text("x")));
    cases.add(Case.accepted(name, Zip.torch(pickle, VALUES, NINES).bytes(), Benign.W));
  }

  private static Pickle called(Pickle pickle, String module, String name, int container) {
    return pickle.global(module, name).op(container).put(9).op(0x85).op('R').op('0').get(9);
  }

  /** The call saw the list or the dict while it was empty. */
  private void filledLater() {
    malformed(
        "a dict filled after it was copied",
        p -> called(p, "builtins", "dict", '}').text("k").none().op('s'));
    malformed(
        "an OrderedDict's list filled after it was copied",
        p -> called(p, "collections", "OrderedDict", ']').op(')').op('a'));
    malformed(
        "a set's list filled after it was copied",
        p -> called(p, "builtins", "set", ']').number(1).op('a'));
    malformed(
        "a shape filled after it was copied",
        p -> called(p, "torch", "Size", ']').number(1).op('a'));
    malformed(
        "a pair of an OrderedDict filled after it was copied",
        p ->
            p.global("collections", "OrderedDict")
                .op(']')
                .op(']')
                .put(9)
                .text("k")
                .op('a')
                .none()
                .op('a')
                .op('a')
                .op(0x85)
                .op('R')
                .op('0')
                .get(9)
                .none()
                .op('a'));
    read(
        "a list that an unknown call keeps, filled later",
        p -> called(p, "my.module", "Thing", ']').number(1).op('a'));
    read(
        "a list filled before it is copied",
        p -> p.global("builtins", "set").op(']').number(1).op('a').op(0x85).op('R'));
  }

  private static Pickle parameter(Pickle pickle, Consumer<Pickle> state) {
    pickle
        .global("torch._utils", "_rebuild_parameter_with_state")
        .mark()
        .tensor("0", 3)
        .op(0x89)
        .global("collections", "OrderedDict")
        .op(')')
        .op('R');
    state.accept(pickle);
    return pickle.tuple().op('R');
  }

  private static Pickle data(Pickle pickle, String key) {
    return pickle.op('}').text(key).tensor("1", 3).op('s');
  }

  /** Torch sets each key of a state on the tensor. */
  private void states() {
    ErrorCode bad = ErrorCode.TENSOR_MALFORMED;
    refused("a state that sets data", bad, p -> parameter(p, s -> data(s, "data")));
    refused("a state that sets real", bad, p -> parameter(p, s -> data(s, "real")));
    refused("a state that sets a class", bad, p -> parameter(p, s -> data(s, "__class__")));
    refused("slots that set data", bad, p -> parameter(p, s -> data(s.none(), "data").op(0x86)));
    refused(
        "a state of three parts", bad, p -> parameter(p, s -> data(s.none().none(), "x").op(0x87)));
    refused(
        "data set on a tensor with attributes",
        bad,
        p ->
            data(
                    p.global("torch._tensor", "_rebuild_from_type_v2")
                        .mark()
                        .global("torch._utils", "_rebuild_tensor_v2")
                        .global("torch", "Tensor")
                        .mark()
                        .storage("FloatStorage", "0", 3)
                        .number(0)
                        .numbers(3)
                        .numbers(1)
                        .op(0x89)
                        .none()
                        .tuple(),
                    "data")
                .tuple()
                .op('R'));
    malformed(
        "BUILD on a parameter",
        p ->
            data(
                    p.global("torch._utils", "_rebuild_parameter")
                        .tensor("0", 3)
                        .op(0x89)
                        .none()
                        .op(0x87)
                        .op('R'),
                    "data")
                .op('b'));
    byte[] noted =
        Pickle.protocol(2)
            .op('}')
            .text("w")
            .raw(parameter(new Pickle(), s -> data(s, "main_grad")).bytes())
            .op('s')
            .stop();
    cases.add(
        Case.accepted(
            "a parameter with an attribute", Zip.torch(noted, VALUES, NINES).bytes(), Benign.W));
  }

  /** {@code pickletools} calls these decimal, escaped and quoted. */
  private void texts() {
    malformed("an integer with a zero before it", p -> p.op('I').line("010"));
    malformed("a long with a plus", p -> p.op('L').line("+7L"));
    malformed("a quoted text with an escape", p -> p.op('S').line("'a\\x41'"));
    malformed("a quoted text with a backslash", p -> p.op('S').line("'a\\\\'"));
    malformed("a quoted text that is not UTF-8", p -> p.op('S').raw(quoted((byte) 0xff)));
    malformed("a short text that is not UTF-8", p -> p.op('U').op(1).op(0xff));
    malformed("an escape that is not a character", p -> p.op('V').line("\\U00110000"));
    malformed("an escape that ends early", p -> p.op('V').line("\\u12"));
    read("a long escape", p -> p.op('V').line("\\U0001f600"));
    read("a backslash before a letter", p -> p.op('V').line("a\\n\\\\u0041"));
    named("a long escape in a name", "\ud83d\ude00", p -> p.op('V').line("\\U0001f600"));
    named("a short escape in a name", "A", p -> p.op('V').line("\\u0041"));
    named("a doubled backslash in a name", "\\\\u0041", p -> p.op('V').line("\\\\u0041"));
    named("a quoted name in UTF-8", "\u00e9", p -> p.op('S').line("'\u00e9'"));
    named("a short name in UTF-8", "\u00e9", p -> p.op('U').op(2).op(0xc3).op(0xa9));
  }

  private static byte[] quoted(byte inner) {
    return new byte[] {'\'', inner, '\'', '\n'};
  }

  private void named(String what, String name, Consumer<Pickle> key) {
    var pickle = Pickle.protocol(2).op('}');
    key.accept(pickle);
    byte[] file = Zip.torch(pickle.tensor("0", 3).op('s').stop(), VALUES).bytes();
    cases.add(Case.accepted(what, file, Map.of(name + " F32 [3]", VALUES)));
  }

  /** Two spellings of one key: the second would take the first one's place. */
  private void sameKeys() {
    byte[] accent = "\u00e9".getBytes(StandardCharsets.UTF_8);
    same("a key in UTF-8 and as a short string", p -> p.op('U').op(2).raw(accent), "\u00e9");
    same("a key in UTF-8 and quoted", p -> p.op('S').line("'\u00e9'"), "\u00e9");
    same("a key in UTF-8 and with a long escape", p -> p.op('V').line("\\U000000e9"), "\u00e9");
  }

  private void same(String name, Consumer<Pickle> first, String second) {
    malformed(
        name,
        p -> {
          first.accept(p.op('}').mark());
          p.none().text(second).none().op('u');
        });
  }
}
