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
import java.util.List;

/**
 * Writes protocol 2, opcode for opcode as CPython's C pickler does ({@code Modules/_pickle.c}), so
 * that what was read from a protocol 2 file is written with the same bytes and {@code
 * torch.load(weights_only=True)} takes it.
 */
public final class PickleWriter {
  private static final int BATCH = 1000;

  private final PickleOutput out = new PickleOutput();

  private PickleWriter() {}

  /** The pickle of a value. */
  public static byte[] write(PickleValue root) {
    var writer = new PickleWriter();
    writer.out.op(0x80).op(2);
    writer.save(root);
    writer.out.op('.');
    return writer.out.bytes();
  }

  private void save(PickleValue value) {
    if (value instanceof Constant constant) {
      out.op(constant == Constant.NONE ? 'N' : constant == Constant.TRUE ? 0x88 : 0x89);
    } else if (value instanceof Int integer) {
      out.integer(integer.value());
    } else if (value instanceof Real real) {
      out.real(real.value());
    } else if (value instanceof PersistentId id) {
      save(id.id());
      out.op('Q');
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
      saveList(list.items());
    } else if (value instanceof Dict dict) {
      out.op('}');
      out.memoize(dict);
      saveDict(dict.entries());
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
    save(callable);
    save(Tuple.of(args));
    out.op('R');
    out.memoize(value);
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
    tuple.items().forEach(this::save);
    if (out.known(tuple)) {
      // The tuple contains itself: its items have already brought it into the memo.
      out.forget(size);
      out.recall(tuple);
      return;
    }
    out.op(size > 3 ? 't' : 0x84 + size);
    out.memoize(tuple);
  }

  private void saveList(List<PickleValue> items) {
    if (items.size() == 1) {
      save(items.get(0));
      out.op('a');
      return;
    }
    for (int at = 0; at < items.size(); at += BATCH) {
      out.op('(');
      items.subList(at, Math.min(items.size(), at + BATCH)).forEach(this::save);
      out.op('e');
    }
  }

  private void saveDict(List<Entry> entries) {
    if (entries.size() == 1) {
      save(entries.get(0));
      out.op('s');
      return;
    }
    for (int at = 0; at < entries.size(); at += BATCH) {
      out.op('(');
      entries.subList(at, Math.min(entries.size(), at + BATCH)).forEach(this::save);
      out.op('u');
    }
  }

  private void save(Entry entry) {
    save(entry.key());
    save(entry.value());
  }

  private void saveCall(Call call) {
    if (call.kind() == Call.Kind.NEWOBJ_EX) {
      save(new Global("copyreg", "__newobj_ex__"));
      save(Tuple.of(call.callable(), call.args(), call.kwargs()));
    } else {
      save(call.callable());
      save(call.args());
    }
    out.op(call.kind() == Call.Kind.NEWOBJ ? 0x81 : 'R');
    if (out.known(call)) {
      out.op('0');
      out.recall(call);
    } else {
      out.memoize(call);
    }
    saveAppended(call.appended());
    saveEntries(call.entries());
    if (call.state() != null) {
      save(call.state());
      out.op('b');
    }
  }

  /** Items of an object come from an iterator: a last batch of one has no mark. */
  private void saveAppended(List<PickleValue> items) {
    for (int at = 0; at < items.size(); at += BATCH) {
      saveBatch(items.subList(at, Math.min(items.size(), at + BATCH)));
    }
  }

  private void saveBatch(List<PickleValue> batch) {
    if (batch.size() > 1) {
      out.op('(');
    }
    batch.forEach(this::save);
    out.op(batch.size() > 1 ? 'e' : 'a');
  }

  private void saveEntries(List<Entry> entries) {
    for (int at = 0; at < entries.size(); at += BATCH) {
      var batch = entries.subList(at, Math.min(entries.size(), at + BATCH));
      if (batch.size() > 1) {
        out.op('(');
      }
      batch.forEach(this::save);
      out.op(batch.size() > 1 ? 'u' : 's');
    }
  }
}
