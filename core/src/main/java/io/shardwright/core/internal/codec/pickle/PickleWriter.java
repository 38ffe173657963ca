package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Writes protocol 2, opcode for opcode as CPython's C pickler does ({@code Modules/_pickle.c}), so
 * that what was read from a protocol 2 file is written with the same bytes and {@code
 * torch.load(weights_only=True)} takes it. Nothing is nested too deeply for it: what is still to be
 * written stands on a stack of its own.
 */
public final class PickleWriter {
  /** One thing to do: to write an opcode, or to save a value that may bring more. */
  private interface Step {
    void take();
  }

  private static final int BATCH = 1000;

  private final PickleOutput out = new PickleOutput();
  private final Deque<Iterator<Step>> open = new ArrayDeque<>();

  private PickleWriter() {}

  /** The pickle of a value. */
  public static byte[] write(PickleValue root) {
    var writer = new PickleWriter();
    writer.out.op(0x80).op(2);
    writer.save(root);
    while (!writer.open.isEmpty()) {
      if (writer.open.peek().hasNext()) {
        writer.open.peek().next().take();
      } else {
        writer.open.pop();
      }
    }
    writer.out.op('.');
    return writer.out.bytes();
  }

  private void then(Stream<Step> steps) {
    open.push(steps.iterator());
  }

  private Step saving(PickleValue value) {
    return () -> save(value);
  }

  private Step op(int code) {
    return () -> out.op(code);
  }

  private void save(PickleValue value) {
    if (value instanceof Constant constant) {
      out.op(constant == Constant.NONE ? 'N' : constant == Constant.TRUE ? 0x88 : 0x89);
    } else if (value instanceof Int integer) {
      out.integer(integer.value());
    } else if (value instanceof Real real) {
      out.real(real.value());
    } else if (value instanceof PersistentId id) {
      then(Stream.of(saving(id.id()), op('Q')));
    } else if (value instanceof Global global) {
      saveGlobal(out.shared(global));
    } else if (!out.recall(value)) {
      saveNew(value);
    }
  }

  private void saveNew(PickleValue value) {
    if (value instanceof Text text) {
      out.text(text.value());
      out.memoize(text);
    } else if (value instanceof Bytes bytes) {
      saveBytes(bytes);
    } else if (value instanceof Tuple tuple) {
      saveTuple(tuple);
    } else if (value instanceof Sequence list) {
      out.op(']');
      out.memoize(list);
      then(items(list.items()));
    } else if (value instanceof Dict dict) {
      out.op('}');
      out.memoize(dict);
      then(entries(dict.entries()));
    } else if (value instanceof SetValue set) {
      saveSet(set);
    } else if (value instanceof Call call) {
      saveCall(call);
    }
  }

  /** In Python a class is one object, however often it is named. */
  private void saveGlobal(Global global) {
    if (out.recall(global)) {
      return;
    }
    Global named = PythonNames.toPython2(global);
    out.op('c').line(named.module()).line(named.name());
    out.memoize(global);
  }

  private void saveBytes(Bytes bytes) {
    var latin = new Text(new String(bytes.value(), StandardCharsets.ISO_8859_1));
    if (bytes.mutable()) {
      saveReduced(bytes, new Global("builtins", "bytearray"), latin, new Text("latin-1"));
    } else if (bytes.value().length == 0) {
      saveReduced(bytes, new Global("builtins", "bytes"));
    } else {
      saveReduced(bytes, new Global("_codecs", "encode"), latin, out.shared("latin1"));
    }
  }

  private void saveReduced(PickleValue value, Global callable, PickleValue... args) {
    then(Stream.of(saving(callable), saving(Tuple.of(args)), op('R'), () -> out.memoize(value)));
  }

  private void saveSet(SetValue set) {
    var items = new Sequence();
    items.items().addAll(set.items());
    saveReduced(set, new Global("builtins", set.frozen() ? "frozenset" : "set"), items);
  }

  private void saveTuple(Tuple tuple) {
    int size = tuple.items().size();
    if (size == 0) {
      out.op(')');
      return;
    }
    if (size > 3) {
      out.op('(');
    }
    Stream<Step> end = Stream.of(() -> endTuple(tuple));
    then(Stream.concat(tuple.items().stream().map(this::saving), end));
  }

  private void endTuple(Tuple tuple) {
    int size = tuple.items().size();
    if (out.known(tuple)) {
      // The tuple contains itself: its items have already brought it into the memo.
      out.forget(size);
      out.recall(tuple);
      return;
    }
    out.op(size > 3 ? 't' : 0x84 + size);
    out.memoize(tuple);
  }

  private Stream<Step> items(List<PickleValue> items) {
    return items.size() == 1
        ? Stream.of(saving(items.get(0)), op('a'))
        : batches(items.size()).flatMap(at -> marked(saved(batch(items, at)), op('e')));
  }

  private Stream<Step> entries(List<Entry> entries) {
    return entries.size() == 1
        ? Stream.concat(savedEntries(entries), Stream.of(op('s')))
        : batches(entries.size()).flatMap(at -> marked(savedEntries(batch(entries, at)), op('u')));
  }

  private static Stream<Integer> batches(int size) {
    return IntStream.range(0, (size + BATCH - 1) / BATCH).mapToObj(batch -> batch * BATCH);
  }

  private static <T> List<T> batch(List<T> all, int at) {
    return all.subList(at, Math.min(all.size(), at + BATCH));
  }

  private Stream<Step> saved(List<PickleValue> values) {
    return values.stream().map(this::saving);
  }

  private Stream<Step> savedEntries(List<Entry> entries) {
    return entries.stream().flatMap(e -> Stream.of(saving(e.key()), saving(e.value())));
  }

  private Stream<Step> marked(Stream<Step> steps, Step end) {
    return Stream.concat(Stream.concat(Stream.of(op('(')), steps), Stream.of(end));
  }

  private void saveCall(Call call) {
    then(Stream.concat(made(call), Stream.concat(Stream.of(() -> known(call)), filled(call))));
  }

  private Stream<Step> made(Call call) {
    return switch (call.kind()) {
      case REDUCE -> Stream.of(saving(call.callable()), saving(call.args()), op('R'));
      case NEWOBJ -> Stream.of(saving(call.callable()), saving(call.args()), op(0x81));
      case NEWOBJ_EX ->
          Stream.of(
              saving(new Global("copyreg", "__newobj_ex__")),
              saving(Tuple.of(call.callable(), call.args(), call.kwargs())),
              op('R'));
      case INST, OBJ ->
          marked(
              Stream.concat(
                  Stream.of(saving(call.callable())), saved(((Tuple) call.args()).items())),
              op('o'));
    };
  }

  private void known(Call call) {
    if (out.known(call)) {
      out.op('0');
      out.recall(call);
    } else {
      out.memoize(call);
    }
  }

  private Stream<Step> filled(Call call) {
    var items =
        batches(call.appended().size())
            .flatMap(
                at ->
                    added(
                        batch(call.appended(), at).size(),
                        saved(batch(call.appended(), at)),
                        'e',
                        'a'));
    var entries =
        batches(call.entries().size())
            .flatMap(
                at ->
                    added(
                        batch(call.entries(), at).size(),
                        savedEntries(batch(call.entries(), at)),
                        'u',
                        's'));
    Stream<Step> state =
        call.state() == null ? Stream.of() : Stream.of(saving(call.state()), op('b'));
    return Stream.concat(items, Stream.concat(entries, state));
  }

  /** Items of an object come from an iterator: a last batch of one has no mark. */
  private Stream<Step> added(int size, Stream<Step> steps, int many, int one) {
    return size > 1 ? marked(steps, op(many)) : Stream.concat(steps, Stream.of(op(one)));
  }
}
