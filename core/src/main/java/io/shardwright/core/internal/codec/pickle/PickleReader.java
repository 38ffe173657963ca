package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stack machine that reads a pickle: it builds values and calls nothing. */
public final class PickleReader {
  private static final int OBJECT = 24;
  private static final int LIST = 64;
  private static final int CALL = 112;
  private static final int TUPLE = 56;

  private final PickleCursor cursor;
  private final PickleStack<PickleValue> stack;
  private final PickleScalars scalars;
  private final PickleAssembly assembly;
  private final PickleMemo memo;
  private final PickleFrames frames;
  private final PickleGlobals globals;
  private final PickleAlarms alarms;
  private final List<PersistentId> persistentIds = new ArrayList<>();
  private final long maxBytes;
  private final long maxStack;

  private PickleReader(ByteSource source, long start, Guard guard) {
    cursor = new PickleCursor(source, start, guard);
    stack = new PickleStack<>(cursor::malformed);
    scalars = new PickleScalars(cursor);
    assembly = new PickleAssembly(cursor);
    memo = new PickleMemo(cursor);
    alarms = new PickleAlarms(cursor);
    frames = new PickleFrames(cursor);
    globals = new PickleGlobals(cursor);
    maxBytes = guard.limit(Limit.PICKLE_BYTES);
    maxStack = guard.limit(Limit.PICKLE_MEMO);
  }

  /**
   * Reads a source that is one pickle.
   *
   * @throws MalformedCheckpointException if it breaks the grammar or goes on after STOP
   * @throws UnsafeCheckpointException if it is over a limit
   */
  public static PickleDocument read(ByteSource source, Guard guard) {
    guard.require(Limit.PICKLE_BYTES, source.size(), source.name());
    PickleDocument document = readAt(source, 0, guard);
    if (document.end() != source.size()) {
      throw new MalformedCheckpointException(
          ErrorCode.PICKLE_MALFORMED,
          source.name(),
          "holds "
              + (source.size() - document.end())
              + " bytes after its end at "
              + document.end());
    }
    return document;
  }

  /**
   * Reads one pickle of a source that may go on after it.
   *
   * @throws MalformedCheckpointException if it breaks the grammar
   * @throws UnsafeCheckpointException if it is over a limit
   */
  public static PickleDocument readAt(ByteSource source, long start, Guard guard) {
    return new PickleReader(source, start, guard).run(start);
  }

  private PickleDocument run(long start) {
    while (true) {
      cursor.step();
      require(Limit.PICKLE_BYTES, cursor.position() - start, maxBytes);
      require(Limit.PICKLE_MEMO, stack.depth(), maxStack);
      frames.requireBoundary();
      int opcode = cursor.u1();
      if (opcode == '.') {
        return document();
      }
      if (!scalars.read(opcode, stack) && !container(opcode) && !object(opcode)) {
        machine(opcode);
      }
    }
  }

  private PickleDocument document() {
    PickleValue root = stack.pop();
    if (!stack.empty()) {
      throw cursor.malformed("stops with values left on its stack, expected one");
    }
    frames.requireEnd();
    PickleWalk.requireDepth(root, cursor);
    var calls = alarms.calls(globals.all());
    return new PickleDocument(root, globals.all(), calls, persistentIds, cursor.position());
  }

  private void require(Limit limit, long found, long allowed) {
    if (found > allowed) {
      throw Guard.over(limit, found, allowed, cursor.where());
    }
  }

  private boolean container(int opcode) {
    switch (opcode) {
      case ')' -> stack.push(Tuple.of());
      case 0x85 -> push(Tuple.of(stack.pop()));
      case 0x86 -> pair();
      case 0x87 -> triple();
      case 't' -> push(new Tuple(stack.popMark()));
      case ']' -> push(new Sequence(), LIST);
      case 'l' -> push(assembly.append(new Sequence(), stack.popMark()), LIST);
      case 'a' -> appendOne();
      case 'e' -> appendAll();
      case '}' -> push(new Dict(), LIST);
      case 'd' -> push(assembly.set(new Dict(), stack.popMark()), LIST);
      case 's' -> setOne();
      case 'u' -> setAll();
      case 0x8f -> push(new SetValue(false), LIST);
      case 0x90 -> addAll();
      case 0x91 -> push(assembly.add(new SetValue(true), stack.popMark()), LIST);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void push(Tuple tuple) {
    push(tuple, TUPLE + 8 * tuple.items().size());
  }

  private void push(PickleValue value, int bytes) {
    cursor.keep(bytes);
    stack.push(value);
  }

  private void pair() {
    PickleValue second = stack.pop();
    push(Tuple.of(stack.pop(), second));
  }

  private void triple() {
    PickleValue third = stack.pop();
    PickleValue second = stack.pop();
    push(Tuple.of(stack.pop(), second, third));
  }

  private void appendOne() {
    PickleValue item = stack.pop();
    assembly.append(stack.top(), List.of(item));
  }

  private void appendAll() {
    var items = stack.popMark();
    assembly.append(stack.top(), items);
  }

  private void setOne() {
    PickleValue value = stack.pop();
    PickleValue key = stack.pop();
    assembly.set(stack.top(), List.of(key, value));
  }

  private void setAll() {
    var pairs = stack.popMark();
    assembly.set(stack.top(), pairs);
  }

  private void addAll() {
    var items = stack.popMark();
    assembly.add(stack.top(), items);
  }

  private boolean object(int opcode) {
    switch (opcode) {
      case 'c' -> stack.push(globals.line());
      case 0x93 -> stackGlobal();
      case 'R' -> call(Call.Kind.REDUCE);
      case 0x81 -> call(Call.Kind.NEWOBJ);
      case 0x92 -> callWithKeywords();
      case 'i' -> {
        Global type = globals.line();
        push(Call.Kind.INST, type, new Tuple(stack.popMark()), Constant.NONE);
      }
      case 'o' -> oldObject();
      case 'b' -> build();
      case 'Q' -> persistentId();
      default -> {
        return false;
      }
    }
    return true;
  }

  private void stackGlobal() {
    PickleValue name = stack.pop();
    stack.push(globals.of(stack.pop(), name));
  }

  private void persistentId() {
    var id = new PersistentId(stack.pop());
    Optional<Global> layer = id.layer();
    if (layer.isPresent()) {
      stack.push(layer.get());
    } else {
      persistentIds.add(id);
      push(id, OBJECT);
    }
  }

  private void call(Call.Kind kind) {
    PickleValue args = stack.pop();
    push(kind, stack.pop(), args, Constant.NONE);
  }

  private void callWithKeywords() {
    PickleValue keywords = stack.pop();
    PickleValue args = stack.pop();
    push(Call.Kind.NEWOBJ_EX, stack.pop(), args, keywords);
  }

  private void oldObject() {
    var parts = stack.popMark();
    if (parts.isEmpty()) {
      throw cursor.malformed("an object without a class");
    }
    var args = new Tuple(parts.subList(1, parts.size()));
    push(Call.Kind.OBJ, parts.get(0), args, Constant.NONE);
  }

  private void push(Call.Kind kind, PickleValue callable, PickleValue args, PickleValue keywords) {
    if (!(args instanceof Tuple)) {
      throw cursor.malformed("a call whose arguments are not a tuple");
    }
    var call = new Call(kind, callable, args, keywords);
    alarms.see(call);
    assembly.call(call);
    push(call, CALL);
  }

  private void build() {
    PickleValue state = stack.pop();
    assembly.build(stack.top(), state);
  }

  private void machine(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(cursor.u1());
      case 0x95 -> frames.begin(cursor.u8());
      case '(' -> stack.mark();
      case '0' -> stack.popAny();
      case '1' -> stack.popMark();
      case '2' -> stack.push(stack.top());
      case 'p' -> put(scalars.decimal(cursor.asciiLine()));
      case 'q' -> put(cursor.u1());
      case 'r' -> put(cursor.u4());
      case 0x94 -> put(memo.size());
      case 'g' -> stack.push(memo.get(scalars.decimal(cursor.asciiLine())));
      case 'h' -> stack.push(memo.get(cursor.u1()));
      case 'j' -> stack.push(memo.get(cursor.u4()));
      default ->
          throw cursor.malformed(
              "opcode 0x" + Integer.toHexString(opcode) + ", which is unknown or forbidden");
    }
  }

  private void put(long cell) {
    memo.put(cell, stack.top());
  }

  private void protocol(int version) {
    if (version > 5) {
      throw cursor.malformed("protocol " + version + ", expected 0 to 5");
    }
  }
}
