package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.dcp.PickledValue.Instance;
import io.shardwright.core.internal.codec.dcp.PickledValue.Pairs;
import io.shardwright.core.internal.codec.dcp.PickledValue.Plain;
import io.shardwright.core.internal.codec.dcp.PickledValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleOps;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.tensor.DType;
import java.util.List;

/** What the names in a {@code .metadata} make of their arguments and states. */
record PickledCalls(PickleOps ops, Guard guard, PickledMemory memory) {

  /** The class, or the element type, that a name stands for. */
  Object named(Global name) {
    return PickledClass.of(name, ops.where());
  }

  /** The same of two values on the stack. */
  Object named(Object module, Object name) {
    if (!(module instanceof String m && name instanceof String n)) {
      throw ops.malformed("a global whose name is not text");
    }
    return named(new Global(m, n));
  }

  /** What REDUCE makes: a size, or nothing that matters. */
  Object reduce(Object callable, Object args) {
    if (!(args instanceof Tuple given)) {
      throw ops.malformed("a call whose arguments are not a tuple");
    }
    Object made = Plain.PASSED;
    if (callable == PickledClass.SIZE) {
      made = size(given.items());
    } else if (callable != PickledClass.PASSED) {
      throw ops.malformed("a call of " + callable + ", which torch does not make");
    }
    memory.release(args);
    return made;
  }

  /** A size, of a tuple of numbers. */
  long[] size(List<Object> args) {
    Object only = args.size() == 1 ? args.get(0) : null;
    if (!args.isEmpty() && !(only instanceof Tuple)) {
      throw ops.malformed("a torch.Size that is not made from a tuple");
    }
    List<Object> items = args.isEmpty() ? args : ((Tuple) only).items();
    if (items.size() > guard.limit(Limit.RANK)) {
      throw Guard.over(Limit.RANK, items.size(), guard.limit(Limit.RANK), ops.where());
    }
    var size = new long[items.size()];
    for (int axis = 0; axis < size.length; axis++) {
      if (!(items.get(axis) instanceof Long number) || number < 0) {
        throw ops.malformed("a torch.Size with a value that is not a number from 0");
      }
      size[axis] = number;
    }
    return size;
  }

  /** What NEWOBJ makes: an empty object of a class. */
  Object instance(Object type, Object args) {
    if (!(type instanceof PickledClass known && args instanceof Tuple given)) {
      throw ops.malformed("an object of a value that is not a class");
    }
    memory.release(args);
    if (known == PickledClass.PASSED) {
      return Plain.PASSED;
    }
    if (known == PickledClass.SIZE || !given.items().isEmpty()) {
      throw ops.malformed("a " + known + " with arguments, which torch does not write");
    }
    return memory.take(new Instance(known));
  }

  /** Sets an object's state. */
  void build(Object object, Object state) {
    if (object == Plain.PASSED) {
      memory.release(state);
      return;
    }
    if (!(object instanceof Instance instance)) {
      throw ops.malformed("sets the state of a value without state");
    }
    boolean properties = instance.is(PickledClass.PROPERTIES);
    if (!properties && !(state instanceof Pairs)) {
      throw ops.malformed("an object whose state is not a dict");
    }
    if (!instance.build(properties ? elementType(state) : state)) {
      throw ops.malformed("sets the state of an object twice");
    }
  }

  /** The first of a tensor's properties; the others say how it once lay in memory. */
  private DType elementType(Object state) {
    Object first =
        state instanceof Tuple tuple && !tuple.items().isEmpty() ? tuple.items().get(0) : null;
    memory.release(state);
    if (!(first instanceof DType dtype)) {
      throw ops.malformed("a TensorProperties without an element type");
    }
    return dtype;
  }
}
