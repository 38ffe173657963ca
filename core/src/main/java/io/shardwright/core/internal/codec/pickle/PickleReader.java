package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The stack machine. It builds values and does nothing else. */
public final class PickleReader {
  private final PickleLimits limits;
  private final PickleCursor cursor;
  private final PickleStack stack;
  private final PickleScalars scalars;
  private final PickleAssembly assembly;
  private final Map<Long, PickleValue> memo = new HashMap<>();
  private final Set<Global> globals = new LinkedHashSet<>();
  private final Set<Global> called = new LinkedHashSet<>();

  private PickleReader(ByteSource source, long start, PickleLimits limits) {
    this.limits = limits;
    cursor = new PickleCursor(source, start, limits);
    stack = new PickleStack(cursor);
    scalars = new PickleScalars(cursor, limits);
    assembly = new PickleAssembly(cursor);
  }

  /**
   * Reads a source that is one pickle.
   *
   * @throws MalformedCheckpointException if it breaks the grammar, goes on after STOP, or is over a
   *     limit
   */
  public static PickleDocument read(ByteSource source, PickleLimits limits) {
    PickleDocument document = readAt(source, 0, limits);
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
   * @throws MalformedCheckpointException if it breaks the grammar or is over a limit
   */
  public static PickleDocument readAt(ByteSource source, long start, PickleLimits limits) {
    return new PickleReader(source, start, limits).run(start);
  }

  private PickleDocument run(long start) {
    for (long operations = 0; ; operations++) {
      require(operations, limits.operations(), "operations", "--max-pickle-ops");
      require(cursor.position() - start, limits.bytes(), "bytes", "--max-pickle-bytes");
      require(stack.depth(), limits.memo(), "values on the stack", "--max-pickle-memo");
      int opcode = cursor.u1();
      if (opcode == '.') {
        PickleValue root = stack.pop();
        if (!stack.empty()) {
          throw cursor.malformed("stops with values left on its stack, expected one");
        }
        PickleDepth.require(root, limits.depth(), cursor);
        return new PickleDocument(root, globals, called, cursor.position());
      }
      if (!scalars.read(opcode, stack) && !container(opcode) && !object(opcode)) {
        machine(opcode);
      }
    }
  }

  private void require(long found, long limit, String what, String option) {
    if (found > limit) {
      throw new MalformedCheckpointException(
          ErrorCode.LIMIT_EXCEEDED,
          "pickle at byte " + cursor.position(),
          "over " + limit + " " + what + ": raise " + option + " if you trust it");
    }
  }

  private boolean container(int opcode) {
    switch (opcode) {
      case ')' -> stack.push(Tuple.of());
      case 0x85 -> stack.push(Tuple.of(stack.pop()));
      case 0x86 -> pair();
      case 0x87 -> triple();
      case 't' -> stack.push(new Tuple(stack.popMark()));
      case ']' -> stack.push(new Sequence());
      case 'l' -> stack.push(assembly.append(new Sequence(), stack.popMark()));
      case 'a' -> appendOne();
      case 'e' -> appendAll();
      case '}' -> stack.push(new Dict());
      case 'd' -> stack.push(assembly.set(new Dict(), stack.popMark()));
      case 's' -> setOne();
      case 'u' -> setAll();
      case 0x8f -> stack.push(new SetValue(false));
      case 0x90 -> addAll();
      case 0x91 -> stack.push(assembly.add(new SetValue(true), stack.popMark()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void pair() {
    PickleValue second = stack.pop();
    stack.push(Tuple.of(stack.pop(), second));
  }

  private void triple() {
    PickleValue third = stack.pop();
    PickleValue second = stack.pop();
    stack.push(Tuple.of(stack.pop(), second, third));
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
      case 'c' -> stack.push(global(cursor.line(), cursor.line()));
      case 0x93 -> stackGlobal();
      case 'R' -> call(Call.Kind.REDUCE);
      case 0x81 -> call(Call.Kind.NEWOBJ);
      case 0x92 -> callWithKeywords();
      case 'i' -> {
        Global type = global(cursor.line(), cursor.line());
        push(Call.Kind.REDUCE, type, new Tuple(stack.popMark()), Constant.NONE);
      }
      case 'o' -> oldObject();
      case 'b' -> build();
      case 'Q' -> stack.push(new PersistentId(stack.pop()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private Global global(String module, String name) {
    Global global = PythonNames.fromPython2(module, name);
    globals.add(global);
    return global;
  }

  private void stackGlobal() {
    PickleValue name = stack.pop();
    PickleValue module = stack.pop();
    if (!(name instanceof Text n && module instanceof Text m)) {
      throw cursor.malformed("a global whose name is no text");
    }
    stack.push(global(m.value(), n.value()));
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
    push(Call.Kind.REDUCE, parts.get(0), new Tuple(parts.subList(1, parts.size())), Constant.NONE);
  }

  private void push(Call.Kind kind, PickleValue callable, PickleValue args, PickleValue keywords) {
    if (!(args instanceof Tuple)) {
      throw cursor.malformed("a call whose arguments are no tuple");
    }
    if (callable instanceof Global global) {
      called.add(global);
    }
    stack.push(new Call(kind, callable, args, keywords));
  }

  private void build() {
    PickleValue state = stack.pop();
    if (!(stack.top() instanceof Call object)) {
      throw cursor.malformed("sets the state of what is no object");
    }
    object.build(state);
  }

  private void machine(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(cursor.u1());
      case 0x95 -> frame(cursor.u8());
      case '(' -> stack.mark();
      case '0' -> stack.popAny();
      case '1' -> stack.popMark();
      case '2' -> stack.push(stack.top());
      case 'p' -> put(scalars.decimal(cursor.line()));
      case 'q' -> put(cursor.u1());
      case 'r' -> put(cursor.u4());
      case 0x94 -> put(memo.size());
      case 'g' -> get(scalars.decimal(cursor.line()));
      case 'h' -> get(cursor.u1());
      case 'j' -> get(cursor.u4());
      default ->
          throw cursor.malformed(
              "opcode 0x" + Integer.toHexString(opcode) + ", which is unknown or never allowed");
    }
  }

  private void protocol(int version) {
    if (version > 5) {
      throw cursor.malformed("protocol " + version + ", expected 0 to 5");
    }
  }

  private void frame(long length) {
    if (length > cursor.left()) {
      throw cursor.malformed(
          "a frame of " + length + " bytes where " + cursor.left() + " are left");
    }
  }

  private void put(long cell) {
    memo.put(cell, stack.top());
    require(memo.size(), limits.memo(), "memo cells", "--max-pickle-memo");
  }

  private void get(long cell) {
    PickleValue value = memo.get(cell);
    if (value == null) {
      throw cursor.malformed("takes memo cell " + cell + ", which was never set");
    }
    stack.push(value);
  }
}
