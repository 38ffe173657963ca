package io.shardwright.core.internal.format;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.SetValue;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.WholeText;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lists the tensors in nested dicts and lists, with the keys that lead to them joined by dots. A
 * container that occurs in two places is walked twice, within a limit; one within itself is not.
 */
public final class FlatTensors {
  /** The name of a file's only value. */
  private static final String ROOT = "tensor";

  private static final int COST = 400;

  /** A container on the way down. */
  private record Open(
      PickleValue value, String prefix, Iterator<Map.Entry<String, PickleValue>> left) {}

  private final String file;
  private final Guard guard;
  private final List<Map.Entry<String, PickleValue>> found = new ArrayList<>();
  private final Map<String, PickleValue> objects = new LinkedHashMap<>();
  private final Deque<Open> open = new ArrayDeque<>();
  private final Set<PickleValue> onTheWay = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private long repeated;

  private FlatTensors(String file, Guard guard) {
    this.file = file;
    this.guard = guard;
  }

  /** Walks a file's pickle. */
  public static FlatTensors of(TorchFile file, Guard guard) {
    var flat = new FlatTensors(file.name(), guard);
    flat.visit("", file.document().root());
    while (!flat.open.isEmpty()) {
      Open top = flat.open.peek();
      if (top.left().hasNext()) {
        var child = top.left().next();
        String dot = top.prefix().isEmpty() ? "" : ".";
        flat.visit(top.prefix() + dot + child.getKey(), child.getValue());
      } else {
        flat.leave(flat.open.pop());
      }
    }
    return flat;
  }

  /**
   * The values that stand for tensors, in order. Two may have one name, and a name may be none that
   * can be written.
   */
  public List<Map.Entry<String, PickleValue>> all() {
    return found;
  }

  /**
   * The values that stand for tensors, by name.
   *
   * @throws MalformedCheckpointException if two have one name, or one has none that can be written
   */
  public Map<String, PickleValue> tensors() {
    var named = new LinkedHashMap<String, PickleValue>();
    for (var tensor : found) {
      String name = tensor.getKey();
      if (!WholeText.is(name) || named.put(name, tensor.getValue()) != null) {
        throw new MalformedCheckpointException(
            ErrorCode.TENSOR_MALFORMED,
            file,
            "'" + name + "' is the name of two tensors, or none that can be written");
      }
    }
    return named;
  }

  /** What is neither a tensor nor walked, and may hold tensors, by name. */
  public Map<String, PickleValue> objects() {
    return objects;
  }

  /** The dicts and lists that were walked, by identity. */
  public Set<PickleValue> walked() {
    return seen;
  }

  private void visit(String name, PickleValue value) {
    if (TorchFile.isTensor(value)) {
      add(name.isEmpty() ? ROOT : name, value);
    } else if (PickleEntries.isNamed(value) && onTheWay.add(value)) {
      if (!seen.add(value)) {
        repeated += 1 + PickleEntries.count(value);
        guard.require(Limit.TENSORS, repeated, file + ": values in several places");
      }
      guard.take(COST + 2L * name.length(), file);
      open.push(new Open(value, name, PickleEntries.named(value)));
    } else if (value instanceof Call
        || value instanceof SetValue
        || value instanceof PersistentId) {
      guard.take(COST + 2L * name.length(), file);
      objects.putIfAbsent(name.isEmpty() ? ROOT : name, value);
    }
  }

  private void leave(Open left) {
    onTheWay.remove(left.value());
    guard.giveBack(COST + 2L * left.prefix().length());
  }

  private void add(String name, PickleValue value) {
    guard.take(COST + 2L * name.length(), file);
    found.add(Map.entry(name, value));
    guard.require(Limit.TENSORS, found.size(), file);
  }
}
