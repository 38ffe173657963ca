package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.dcp.PickledValue.Pairs;
import io.shardwright.core.internal.codec.dcp.PickledValue.Plain;
import io.shardwright.core.internal.codec.dcp.PickledValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleOps;
import io.shardwright.core.internal.codec.pickle.PickleStack;
import io.shardwright.core.internal.guard.Guard;
import java.util.List;

/**
 * The stack machine that reads a {@code .metadata}. It puts chunks and places into tables and keeps
 * nothing of plans: each of their records is dropped as soon as it is complete.
 */
final class MetadataPickle {
  private static final int STOP = '.';

  /** Megatron-Core's key for the shape that a tensor has which is stored in another. */
  static final String ORIGINAL = "nd_reformulated_orig_global_shape";

  /** Picklers fill containers a thousand pairs at a time. */
  private static final int DEEPEST = 1 << 17;

  private final PickleOps ops;
  private final Guard guard;
  private final PickleStack<Object> stack;
  private final MetadataMemo memo;
  private final PickledMemory memory;
  private final PickledCalls calls;

  private MetadataPickle(ByteSource source, Guard guard) {
    this.guard = guard;
    ops = new PickleOps(source, guard);
    stack = new PickleStack<>(ops::malformed);
    memo = MetadataMemo.of(source, ops, guard);
    memory = new PickledMemory(guard, source.name());
    calls = new PickledCalls(ops, guard, memory);
  }

  /**
   * The root, a Metadata.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is none
   * @throws io.shardwright.spi.error.UnsafeCheckpointException if it is over a limit, or names what
   *     no metadata needs
   */
  static Instance read(ByteSource source, Guard guard) {
    return new MetadataPickle(source, guard).run();
  }

  private Instance run() {
    for (int operation = ops.next(); operation != STOP; operation = ops.next()) {
      if (!plain(operation) && !container(operation)) {
        object(operation);
      }
      if (stack.depth() > DEEPEST) {
        throw ops.malformed(DEEPEST + " values outside any container");
      }
    }
    Object root = stack.pop();
    boolean metadata = root instanceof Instance instance && instance.is(PickledClass.METADATA);
    if (!metadata || !stack.empty()) {
      throw ops.malformed("it is not a Metadata of a distributed checkpoint");
    }
    return (Instance) root;
  }

  private boolean plain(int operation) {
    switch (operation) {
      case 'K', 'M', 'J', 0x8a -> stack.push(ops.number());
      case 'X', 0x8c, 0x8d -> stack.push(ops.text());
      case 'N' -> stack.push(Plain.NONE);
      case 0x88, 0x89 -> stack.push(Plain.PASSED);
      case 'h', 'j' -> stack.push(again(memo.get(ops.number())));
      case 'q', 'r' -> memo.put(ops.number(), stack.top());
      case 0x94 -> memo.memoize(stack.top());
      case '(' -> stack.mark();
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean container(int operation) {
    switch (operation) {
      case ')' -> pushTuple(List.of());
      case 0x85 -> pushTuple(last(1));
      case 0x86 -> pushTuple(last(2));
      case 0x87 -> pushTuple(last(3));
      case 't' -> pushTuple(stack.popMark());
      case ']' -> stack.push(memory.take(new Boxes()));
      case 'a' -> append(last(1));
      case 'e' -> append(stack.popMark());
      case '}' -> stack.push(memory.take(new Pairs()));
      case 's' -> set(last(2));
      case 'u' -> set(stack.popMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Each use of a tuple is counted, as each is given back. */
  private Object again(Object kept) {
    return kept instanceof Tuple tuple ? memory.take(new Tuple(tuple.items())) : kept;
  }

  private void pushTuple(List<Object> items) {
    stack.push(memory.take(new Tuple(items)));
  }

  private List<Object> last(int count) {
    var items = new Object[count];
    for (int at = count - 1; at >= 0; at--) {
      items[at] = stack.pop();
    }
    return List.of(items);
  }

  private void append(List<Object> items) {
    if (stack.top() instanceof Boxes list) {
      items.forEach(item -> list.add(item, ops, guard));
    } else if (stack.top() != Plain.PASSED) {
      throw ops.malformed("appends to a value that is not a list");
    }
    items.forEach(memory::release);
  }

  private void set(List<Object> pairs) {
    if (pairs.size() % 2 != 0) {
      throw ops.malformed("a key without a value");
    }
    boolean passed = stack.top() == Plain.PASSED;
    if (!passed && !(stack.top() instanceof Pairs)) {
      throw ops.malformed("sets items of a value that is not a dict");
    }
    for (int at = 0; at < pairs.size(); at += 2) {
      if (passed) {
        drop(pairs.get(at), pairs.get(at + 1));
      } else {
        set((Pairs) stack.top(), pairs.get(at), pairs.get(at + 1));
      }
    }
  }

  private void drop(Object key, Object value) {
    memory.release(key);
    memory.release(value);
  }

  private void set(Pairs dict, Object key, Object given) {
    Object value =
        key.equals(ORIGINAL) && given instanceof Tuple ? calls.size(List.of(given)) : given;
    if (key instanceof Instance index && index.is(PickledClass.INDEX)) {
      dict.places().add(index, value, ops, guard);
      drop(key, value);
    } else {
      boolean kept = !(value instanceof Tuple);
      memory.takePair(kept ? value : null);
      dict.put(key instanceof String ? key : Plain.PASSED, kept ? value : Plain.PASSED);
      memory.release(key instanceof String ? null : key);
      memory.release(kept ? null : value);
    }
  }

  private void object(int operation) {
    switch (operation) {
      case 'c' -> stack.push(calls.named(ops.global()));
      case 0x93 -> {
        Object name = stack.pop();
        stack.push(calls.named(stack.pop(), name));
      }
      case 'R' -> {
        Object args = stack.pop();
        stack.push(calls.reduce(stack.pop(), args));
      }
      case 0x81 -> {
        Object args = stack.pop();
        stack.push(calls.instance(stack.pop(), args));
      }
      default -> {
        Object state = stack.pop();
        calls.build(stack.top(), state);
      }
    }
  }
}
