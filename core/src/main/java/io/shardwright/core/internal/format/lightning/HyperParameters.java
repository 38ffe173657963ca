package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Entry;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Real;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration inside a checkpoint: OmegaConf nodes or plain dicts. A node's value is {@code
 * _val}, a container's {@code _content}, its place in the whole {@code _parent} (OmegaConf 2.3,
 * {@code omegaconf/base.py}).
 */
final class HyperParameters {
  private static final int NODE = 200;

  private final String where;
  private final Guard guard;
  private final Set<PickleValue> searched = Collections.newSetFromMap(new IdentityHashMap<>());
  private long nodes;

  HyperParameters(String where, Guard guard) {
    this.where = where;
    this.guard = guard;
  }

  /** The value under {@code hyper_parameters.cfg}, or {@code hyper_parameters} where it is flat. */
  static Optional<PickleValue> find(TrainingFile file) {
    return file.get("hyper_parameters")
        .map(parameters -> TrainingFile.get(parameters, "cfg").orElse(parameters));
  }

  /** The configuration with all references resolved within the whole that it is a part of. */
  YamlDocument.Resolved resolve(PickleValue value) {
    PickleValue root = root(value);
    var path = new ArrayList<String>();
    if (root != value && !path(root, value, path, 0)) {
      root = value;
    }
    if (convert(root, 0) instanceof Map<?, ?> map) {
      var named = new LinkedHashMap<String, Object>();
      map.forEach((key, item) -> named.put(String.valueOf(key), item));
      return YamlDocument.of(named, guard).resolved(path);
    }
    throw malformed("are no map of keys");
  }

  private PickleValue root(PickleValue value) {
    PickleValue root = value;
    for (long depth = 0; depth < guard.limit(Limit.YAML_DEPTH); depth++) {
      PickleValue parent = state(root, "_parent").orElse(Constant.NONE);
      if (parent == Constant.NONE) {
        break;
      }
      root = parent;
    }
    return root;
  }

  /** The keys that lead from one node to another below it. */
  private boolean path(PickleValue from, PickleValue to, List<String> path, int depth) {
    if (from == to) {
      return true;
    }
    if (depth > guard.limit(Limit.YAML_DEPTH) || !searched.add(from)) {
      return false;
    }
    PickleValue content = state(from, "_content").orElse(Constant.NONE);
    for (Entry entry : TrainingFile.entries(content)) {
      if (entry.key() instanceof Text key) {
        path.add(key.value());
        if (path(entry.value(), to, path, depth + 1)) {
          return true;
        }
        path.remove(path.size() - 1);
      }
    }
    return false;
  }

  private static boolean isNode(PickleValue value) {
    return value instanceof Call call
        && call.callable() instanceof Global global
        && global.module().startsWith("omegaconf.");
  }

  private static Optional<PickleValue> state(PickleValue node, String field) {
    return node instanceof Call call && call.state() != null
        ? TrainingFile.get(call.state(), field)
        : Optional.empty();
  }

  private Object convert(PickleValue value, int depth) {
    guard.require(Limit.YAML_DEPTH, depth, where + ": its hyper_parameters");
    guard.require(Limit.YAML_NODES, ++nodes, where + ": its hyper_parameters");
    guard.take(NODE, where);
    if (isNode(value)) {
      PickleValue inner =
          state(value, "_content").or(() -> state(value, "_val")).orElse(Constant.NONE);
      return convert(inner, depth + 1);
    }
    if (value instanceof Sequence list) {
      return all(list.items(), depth);
    }
    if (value instanceof Tuple tuple) {
      return all(tuple.items(), depth);
    }
    if (value instanceof Dict || value instanceof Call call && !call.entries().isEmpty()) {
      var map = new LinkedHashMap<Object, Object>();
      for (Entry entry : TrainingFile.entries(value)) {
        map.put(convert(entry.key(), depth + 1), convert(entry.value(), depth + 1));
      }
      return map;
    }
    return scalar(value);
  }

  private List<Object> all(List<PickleValue> items, int depth) {
    var converted = new ArrayList<>();
    items.forEach(item -> converted.add(convert(item, depth + 1)));
    return converted;
  }

  private Object scalar(PickleValue value) {
    if (value instanceof Text text) {
      return text.value();
    }
    if (value instanceof Int number) {
      return number.value();
    }
    if (value instanceof Real number) {
      return number.value();
    }
    if (value instanceof Constant constant) {
      return constant == Constant.NONE ? null : constant == Constant.TRUE;
    }
    throw malformed("hold a value that is no text, number, list or map");
  }

  private MalformedCheckpointException malformed(String problem) {
    return new MalformedCheckpointException(
        ErrorCode.YAML_MALFORMED, where, "its hyper_parameters " + problem);
  }

  /** Changes a plain value of a configuration in place, or adds it. Meant for a copy. */
  static void change(PickleValue config, String key, PickleValue to) {
    PickleValue map = isNode(config) ? state(config, "_content").orElse(config) : config;
    List<Entry> entries = TrainingFile.entries(map);
    for (int i = 0; i < entries.size(); i++) {
      if (is(entries.get(i), key)) {
        PickleValue node = entries.get(i).value();
        if (isNode(node)) {
          set(TrainingFile.entries(((Call) node).state()), "_val", to);
        } else {
          entries.set(i, new Entry(entries.get(i).key(), to));
        }
        return;
      }
    }
    entries.add(new Entry(new Text(key), like(entries, key, to)));
  }

  private static boolean is(Entry entry, String key) {
    return entry.key() instanceof Text text && text.value().equals(key);
  }

  /** A value for a new key: as the others of its map are, a node or plain. */
  private static PickleValue like(List<Entry> entries, String key, PickleValue to) {
    return entries.stream()
        .map(Entry::value)
        .filter(value -> isNode(value) && state(value, "_val").isPresent())
        .min(Comparator.comparing(value -> !((Call) value).calls("omegaconf.nodes", "AnyNode")))
        .map(node -> with(with((Call) node, "_val", to), "_metadata", renamed(node, key)))
        .map(PickleValue.class::cast)
        .orElse(to);
  }

  private static PickleValue renamed(PickleValue node, String key) {
    return state(node, "_metadata")
        .filter(Call.class::isInstance)
        .<PickleValue>map(metadata -> with((Call) metadata, "key", new Text(key)))
        .orElse(Constant.NONE);
  }

  /** A copy of an object with another value in its state. */
  private static Call with(Call object, String field, PickleValue value) {
    var copy = new Call(object.kind(), object.callable(), object.args(), object.kwargs());
    var state = new Dict();
    state.entries().addAll(TrainingFile.entries(object.state()));
    set(state.entries(), field, value);
    copy.build(state);
    return copy;
  }

  private static void set(List<Entry> entries, String key, PickleValue to) {
    entries.replaceAll(entry -> is(entry, key) ? new Entry(entry.key(), to) : entry);
  }
}
