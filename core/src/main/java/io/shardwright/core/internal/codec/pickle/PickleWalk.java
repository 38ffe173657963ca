package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/** Walks a graph, each value once. */
public final class PickleWalk {
  private PickleWalk() {}

  /** Whether something outside the pickle belongs to the value, such as a tensor's storage. */
  public static boolean refersOutside(PickleValue root) {
    Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<PickleValue> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      PickleValue value = open.pop();
      if (value instanceof PersistentId) {
        return true;
      }
      if (seen.add(value)) {
        PickleDepth.children(value).forEach(open::push);
      }
    }
    return false;
  }
}
