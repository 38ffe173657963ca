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
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * Writes pickles of protocol 2, opcode for opcode as CPython's C pickler does ({@code
 * Modules/_pickle.c}), so that what was read from a protocol 2 file is written with the same bytes
 * and {@code torch.load(weights_only=True)} takes it. Nothing is nested too deeply for it: what is
 * still to be written stands on a stack of its own.
 */
public final class PickleWriter {
  /** One thing to do: to write an opcode, or to save a value that may bring more. */
  private interface Step {
    void take();
  }

  private static final int BATCH = 1000;

  private final PickleOutput out = new PickleOutput();
  private final Deque<Step> open = new ArrayDeque<>();

  private PickleWriter() {}

  public static byte[] write(PickleValue root) {
    var writer = new PickleWriter();
    writer.out.op(0x80).op(2);
    writer.save(root);
    while (!writer.open.isEmpty()) {
      writer.open.pop().take();
    }
    writer.out.op('.');
    return writer.out.bytes();
  }

  private void then(List<Step> steps) {
    for (int last = steps.size() - 1; last >= 0; last--) {
      open.push(steps.get(last));
    }
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
      then(List.of(saving(id.id()), op('Q')));
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
    then(List.of(saving(callable), saving(Tuple.of(args)), op('R'), () -> out.memoize(value)));
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
    then(joined(saved(tuple.items()), List.of(() -> endTuple(tuple))));
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

  private List<Step> items(List<PickleValue> items) {
    return items.size() == 1
        ? joined(saved(items), List.of(op('a')))
        : batches(items, batch -> marked(saved(batch), op('e')));
  }

  private List<Step> entries(List<Entry> entries) {
    return entries.size() == 1
        ? joined(savedEntries(entries), List.of(op('s')))
        : batches(entries, batch -> marked(savedEntries(batch), op('u')));
  }

  /** A step for each batch, which brings the batch's. */
  private <T> List<Step> batches(List<T> all, Function<List<T>, List<Step>> steps) {
    var batches = new ArrayList<Step>();
    for (int at = 0; at < all.size(); at += BATCH) {
      List<T> batch = all.subList(at, Math.min(all.size(), at + BATCH));
      batches.add(() -> then(steps.apply(batch)));
    }
    return batches;
  }

  private List<Step> saved(List<PickleValue> values) {
    var steps = new ArrayList<Step>();
    for (PickleValue value : values) {
      steps.add(saving(value));
    }
    return steps;
  }

  private List<Step> savedEntries(List<Entry> entries) {
    var steps = new ArrayList<Step>();
    for (Entry entry : entries) {
      steps.add(saving(entry.key()));
      steps.add(saving(entry.value()));
    }
    return steps;
  }

  private List<Step> marked(List<Step> steps, Step end) {
    return joined(List.of(op('(')), steps, List.of(end));
  }

  @SafeVarargs
  private static List<Step> joined(List<Step>... parts) {
    var all = new ArrayList<Step>();
    for (List<Step> part : parts) {
      all.addAll(part);
    }
    return all;
  }

  private void saveCall(Call call) {
    then(joined(made(call), List.of(() -> known(call)), filled(call)));
  }

  private List<Step> made(Call call) {
    return switch (call.kind()) {
      case REDUCE -> List.of(saving(call.callable()), saving(call.args()), op('R'));
      case NEWOBJ -> List.of(saving(call.callable()), saving(call.args()), op(0x81));
      case NEWOBJ_EX ->
          List.of(
              saving(new Global("copyreg", "__newobj_ex__")),
              saving(Tuple.of(call.callable(), call.args(), call.kwargs())),
              op('R'));
      case INST, OBJ ->
          marked(
              joined(List.of(saving(call.callable())), saved(((Tuple) call.args()).items())),
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

  private List<Step> filled(Call call) {
    return joined(
        batches(call.appended(), batch -> added(batch.size(), saved(batch), 'e', 'a')),
        batches(call.entries(), batch -> added(batch.size(), savedEntries(batch), 'u', 's')),
        call.state() == null ? List.of() : List.of(saving(call.state()), op('b')));
  }

  /** Items of an object come from an iterator: a last batch of one has no mark. */
  private List<Step> added(int size, List<Step> steps, int many, int one) {
    return size > 1 ? marked(steps, op(many)) : joined(steps, List.of(op(one)));
  }
}
