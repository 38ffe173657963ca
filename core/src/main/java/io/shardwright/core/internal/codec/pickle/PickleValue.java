package io.shardwright.core.internal.codec.pickle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A value of a pickle as inert data. Object identity is the pickle's memo: a value that occurs
 * twice in the graph is one Java object. Graphs may be cyclic, so walkers go by identity and never
 * recurse by value.
 */
public sealed interface PickleValue {

  /** The values that have no content of their own. */
  enum Constant implements PickleValue {
    /** Python's {@code None}. */
    NONE,
    /** Python's {@code True}. */
    TRUE,
    /** Python's {@code False}. */
    FALSE
  }

  /** An integer of any size. */
  record Int(BigInteger value) implements PickleValue {
    /** An integer that fits a long. */
    public static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }
  }

  /** A binary64 number. */
  record Real(double value) implements PickleValue {}

  /** A string; lone surrogates are kept. */
  record Text(String value) implements PickleValue {}

  /** Immutable bytes, or a {@code bytearray} where {@code mutable}. */
  record Bytes(byte[] value, boolean mutable) implements PickleValue {}

  /**
   * A tuple. It equals itself only: to compare or hash what it holds could take for ever, as a tree
   * of a few tuples can have 2^60 leaves.
   */
  record Tuple(List<PickleValue> items) implements PickleValue {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    /** A tuple of the given items. */
    public static Tuple of(PickleValue... items) {
      return new Tuple(List.of(items));
    }
  }

  /** The name of a Python class or function. It stays a name. */
  record Global(String module, String name) implements PickleValue {
    /** Written out, as the hash is: the JVM's own take milliseconds to link, on every start. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Global that && module.equals(that.module) && name.equals(that.name);
    }

    @Override
    public int hashCode() {
      return 31 * module.hashCode() + name.hashCode();
    }

    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /** A reference to something outside the pickle: in torch files, a storage. */
  record PersistentId(PickleValue id) implements PickleValue {
    /**
     * The class of a layer, which torch's older format names with its source beside it: {@code
     * ("module", class, file, source)}.
     */
    Optional<Global> layer() {
      return id instanceof Tuple tuple
              && tuple.items().size() == 4
              && tuple.items().get(0) instanceof Text kind
              && kind.value().equals("module")
              && tuple.items().get(1) instanceof Global type
          ? Optional.of(type)
          : Optional.empty();
    }
  }

  /**
   * What opcodes fill after it was made. A call that copied it, as those that build dicts, shapes
   * and tensors do, saw what it held at the time.
   */
  abstract sealed class Fillable implements PickleValue permits Sequence, SetValue, Dict, Call {
    private boolean copied;

    private Fillable() {}

    /** Notes that a call copied it; tells whether that is news. */
    boolean copy() {
      boolean first = !copied;
      copied = true;
      return first;
    }

    /** Whether what is filled in from now on would be in no copy. */
    boolean isCopied() {
      return copied;
    }
  }

  /** A list. */
  final class Sequence extends Fillable {
    private final List<PickleValue> items = new ArrayList<>();

    /** The items; may be changed. */
    public List<PickleValue> items() {
      return items;
    }
  }

  /** A set or frozenset, in the order of the file. */
  final class SetValue extends Fillable {
    private final boolean frozen;
    private final List<PickleValue> items = new ArrayList<>();

    /** An empty set. */
    public SetValue(boolean frozen) {
      this.frozen = frozen;
    }

    /** Whether it is a {@code frozenset}. */
    public boolean frozen() {
      return frozen;
    }

    /** The items; may be changed. */
    public List<PickleValue> items() {
      return items;
    }
  }

  /** One pair of a dict. */
  record Entry(PickleValue key, PickleValue value) {
    /** The key if it is a text, else an empty one. */
    public String name() {
      return key instanceof Text text ? text.value() : "";
    }
  }

  /** A dict, in the order of the file. */
  final class Dict extends Fillable {
    private final List<Entry> entries = new ArrayList<>();

    /** The pairs; may be changed. */
    public List<Entry> entries() {
      return entries;
    }

    /** Appends a pair. */
    public Dict put(PickleValue key, PickleValue value) {
      entries.add(new Entry(key, value));
      return this;
    }
  }

  /**
   * An object that Python would make by calling something. Here nothing is called: the parts are
   * kept as they are.
   */
  final class Call extends Fillable {
    /** Which opcode made it. */
    public enum Kind {
      /** {@code callable(*args)}. */
      REDUCE,
      /** {@code cls.__new__(cls, *args)}. */
      NEWOBJ,
      /** {@code cls.__new__(cls, *args, **kwargs)}. */
      NEWOBJ_EX,
      /** A class by name and arguments, as protocol 0 has it. */
      INST,
      /** A class and arguments, as protocol 1 has it. */
      OBJ
    }

    private final Kind kind;
    private PickleValue callable;
    private PickleValue args;
    private PickleValue kwargs;
    private final List<PickleValue> appended = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private PickleValue state;

    /** A call; {@code kwargs} is {@code NONE} for all kinds but NEWOBJ_EX. */
    public Call(Kind kind, PickleValue callable, PickleValue args, PickleValue kwargs) {
      this.kind = kind;
      complete(callable, args, kwargs);
    }

    /** A call whose parts are not known yet: it may be a part of them. */
    Call(Kind kind) {
      this.kind = kind;
    }

    void complete(PickleValue what, PickleValue with, PickleValue named) {
      callable = Objects.requireNonNull(what);
      args = Objects.requireNonNull(with);
      kwargs = Objects.requireNonNull(named);
    }

    /** A call by REDUCE of a named callable. */
    public static Call reduce(PickleValue callable, PickleValue... args) {
      return new Call(Kind.REDUCE, callable, Tuple.of(args), Constant.NONE);
    }

    /** Which opcode made it. */
    public Kind kind() {
      return kind;
    }

    /** What would be called: usually a {@link Global}. */
    public PickleValue callable() {
      return callable;
    }

    /** The arguments: usually a {@link Tuple}. */
    public PickleValue args() {
      return args;
    }

    /** The keyword arguments, or {@code NONE}. */
    public PickleValue kwargs() {
      return kwargs;
    }

    /** What APPEND(S) or ADDITEMS added; may be changed. */
    public List<PickleValue> appended() {
      return appended;
    }

    /** What SETITEM(S) set; may be changed. */
    public List<Entry> entries() {
      return entries;
    }

    /** What BUILD gave, or null where there was no BUILD. */
    public PickleValue state() {
      return state;
    }

    /** Records BUILD's argument. */
    public void build(PickleValue given) {
      this.state = Objects.requireNonNull(given);
    }

    /** Whether the callable is the global of that name. */
    public boolean calls(String module, String name) {
      return callable instanceof Global global
          && global.module().equals(module)
          && global.name().equals(name);
    }
  }
}
