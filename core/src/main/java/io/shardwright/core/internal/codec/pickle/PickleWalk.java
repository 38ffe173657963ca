package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Predicate;

/** Walks a graph, each value once. */
public final class PickleWalk {
  private PickleWalk() {}

  /** Whether something outside the pickle belongs to the value, such as a tensor's storage. */
  public static boolean refersOutside(PickleValue root) {
    return any(root, PersistentId.class::isInstance);
  }

  /** Whether a value, or one that it is made of, is such. */
  public static boolean any(PickleValue root, Predicate<PickleValue> wanted) {
    return any(root, Collections.newSetFromMap(new IdentityHashMap<>()), wanted);
  }

  /**
   * The same for values that were not walked before.
   *
   * @param seen by identity; what is walked is added
   */
  public static boolean any(
      PickleValue root, Set<PickleValue> seen, Predicate<PickleValue> wanted) {
    Deque<PickleValue> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      PickleValue value = open.pop();
      if (wanted.test(value)) {
        return true;
      }
      if (PickleDepth.isContainer(value) && seen.add(value)) {
        PickleDepth.children(value).forEach(open::push);
      }
    }
    return false;
  }
}
