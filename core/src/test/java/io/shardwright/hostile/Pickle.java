package io.shardwright.hostile;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A pickle, operation by operation, as an attacker writes it: nothing is checked. */
final class Pickle {
  private final Octets out = new Octets();

  static Pickle protocol(int version) {
    return new Pickle().op(0x80).op(version);
  }

  Pickle op(int code) {
    out.u1(code);
    return this;
  }

  Pickle raw(byte... bytes) {
    out.bytes(bytes);
    return this;
  }

  Pickle line(String text) {
    out.bytes(text.getBytes(StandardCharsets.UTF_8)).u1('\n');
    return this;
  }

  Pickle global(String module, String name) {
    return op('c').line(module).line(name);
  }

  Pickle stackGlobal(String module, String name) {
    return text(module).text(name).op(0x93);
  }

  Pickle text(String text) {
    byte[] bytes = Octets.utf8(text);
    out.u1('X').u4(bytes.length).bytes(bytes);
    return this;
  }

  Pickle number(long value) {
    if (value >= 0 && value < 256) {
      out.u1('K').u1((int) value);
    } else if (value == (int) value) {
      out.u1('J').u4(value);
    } else {
      out.u1(0x8a).u1(8).u8(value);
    }
    return this;
  }

  Pickle none() {
    return op('N');
  }

  Pickle mark() {
    return op('(');
  }

  Pickle tuple() {
    return op('t');
  }

  Pickle numbers(long... values) {
    mark();
    for (long value : values) {
      number(value);
    }
    return tuple();
  }

  Pickle put(int cell) {
    return op('q').op(cell);
  }

  Pickle get(int cell) {
    return op('h').op(cell);
  }

  Pickle times(int count, Consumer<Pickle> what) {
    var once = new Pickle();
    what.accept(once);
    byte[] bytes = once.bytes();
    for (int i = 0; i < count; i++) {
      raw(bytes);
    }
    return this;
  }

  /** The persistent id of a storage. */
  Pickle storage(String type, String key, long elements) {
    return mark()
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cpu")
        .number(elements)
        .tuple()
        .op('Q');
  }

  /** A float32 tensor over the whole of storage {@code key}. */
  Pickle tensor(String key, long elements) {
    return tensor("FloatStorage", key, elements, 0, new long[] {elements}, new long[] {1});
  }

  Pickle tensor(String type, String key, long elements, long offset, long[] sizes, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .mark()
        .storage(type, key, elements)
        .number(offset)
        .numbers(sizes)
        .numbers(strides)
        .op(0x89)
        .global("collections", "OrderedDict")
        .op(')')
        .op('R')
        .tuple()
        .op('R');
  }

  /** A tensor of an element type that has no class of storages. */
  Pickle tensorOfBytes(String type, String key, long bytes, long elements) {
    return global("torch._utils", "_rebuild_tensor_v3")
        .mark()
        .storage("UntypedStorage", key, bytes)
        .number(0)
        .numbers(elements)
        .numbers(1)
        .op(0x89)
        .global("collections", "OrderedDict")
        .op(')')
        .op('R')
        .global("torch", type)
        .tuple()
        .op('R');
  }

  byte[] stop() {
    return op('.').bytes();
  }

  byte[] bytes() {
    return out.array();
  }

  /** A state dict: {@code w} is a tensor of storage 0 with so many elements, and what is added. */
  static byte[] stateDict(long elements, Consumer<Pickle> more) {
    Pickle pickle = protocol(2).op('}').mark().text("w").tensor("0", elements);
    more.accept(pickle);
    return pickle.op('u').stop();
  }
}
