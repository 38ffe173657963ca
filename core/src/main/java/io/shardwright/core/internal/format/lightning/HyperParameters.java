package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleEntries;
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
import io.shardwright.core.internal.codec.torch.NestedState;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the configuration inside a checkpoint: OmegaConf nodes or plain dicts. A node's value is
 * {@code _val}, a container's {@code _content}, its place in the whole {@code _parent} (OmegaConf
 * 2.3, {@code omegaconf/base.py}).
 */
final class HyperParameters {
  private static final int NODE = 200;
  private static final int NAMED = 5;
  private static final Map<String, String> KINDS = Map.of("int", "number", "sequence", "list");

  /** The keys of a value, if it has some. */
  private record Fields(PickleValue value) {
    private static final Set<String> NAMESPACES =
        Set.of("argparse.Namespace", "types.SimpleNamespace");

    Optional<PickleValue> get(String key) {
      return ofMap()
          .flatMap(entries -> entries.stream().filter(entry -> is(entry, key)).findFirst())
          .map(Entry::value);
    }

    /** Of a dict, of a class made from one, of a node that holds one, or of a namespace. */
    Optional<List<Entry>> ofMap() {
      if (isNode(value)) {
        return state(value, "_content").flatMap(content -> new Fields(content).ofMap());
      }
      if (value instanceof Call call && !call.entries().isEmpty()) {
        return Optional.of(call.entries());
      }
      return value instanceof Call call && NAMESPACES.contains(kind(call))
          ? ofState(call)
          : PickleEntries.of(value);
    }

    /** The same, or the attributes of any object: a data class. */
    Optional<List<Entry>> ofObject() {
      return ofMap()
          .or(
              () ->
                  value instanceof Call call && !isNode(value) ? ofState(call) : Optional.empty());
    }

    private static Optional<List<Entry>> ofState(Call call) {
      return Optional.ofNullable(call.state()).flatMap(PickleEntries::of);
    }
  }

  private final String where;
  private final Guard guard;
  private final List<String> objects = new ArrayList<>();
  private final Set<PickleValue> searched = Collections.newSetFromMap(new IdentityHashMap<>());
  private long nodes;

  HyperParameters(String where, Guard guard) {
    this.where = where;
    this.guard = guard;
  }

  /** The value under {@code hyper_parameters.cfg}, or {@code hyper_parameters} where it is flat. */
  static Optional<PickleValue> find(TrainingFile file) {
    return file.get("hyper_parameters")
        .map(parameters -> new Fields(parameters).get("cfg").orElse(parameters));
  }

  /**
   * The configuration with all references resolved within the whole that it is a part of; empty
   * where it is no map of keys.
   */
  Optional<YamlDocument.Resolved> resolve(PickleValue value) {
    PickleValue root = root(value);
    var path = new ArrayList<String>();
    if (root != value && !path(root, value, path, 0)) {
      root = value;
    }
    Optional<List<Entry>> fields = new Fields(root).ofObject();
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    var resolved = YamlDocument.of(map(fields.get(), "", 0), guard).resolved(path);
    var notes = new ArrayList<>(resolved.notes());
    objects().ifPresent(notes::add);
    return Optional.of(new YamlDocument.Resolved(resolved.document(), notes));
  }

  /** What was taken for text. */
  private Optional<String> objects() {
    int more = objects.size() - NAMED;
    return objects.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "its hyper_parameters hold objects that are not text, numbers, lists or maps, and are"
                + " read as text: "
                + String.join(", ", objects.subList(0, Math.min(NAMED, objects.size())))
                + (more > 0 ? " and " + more + " more" : ""));
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
    for (Entry entry : NestedState.entries(content)) {
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

  private Object convert(PickleValue value, String key, int depth) {
    count(depth);
    if (isNode(value)) {
      PickleValue inner =
          state(value, "_content").or(() -> state(value, "_val")).orElse(Constant.NONE);
      return convert(inner, key, depth + 1);
    }
    if (value instanceof Sequence list) {
      return all(list.items(), key, depth);
    }
    if (value instanceof Tuple tuple) {
      return all(tuple.items(), key, depth);
    }
    return new Fields(value)
        .ofMap()
        .<Object>map(entries -> map(entries, key, depth))
        .orElseGet(() -> scalar(value, key));
  }

  private void count(int depth) {
    guard.require(Limit.YAML_DEPTH, depth, where + ": its hyper_parameters");
    guard.require(Limit.YAML_NODES, ++nodes, where + ": its hyper_parameters");
    guard.take(NODE, where);
  }

  private Map<String, Object> map(List<Entry> entries, String path, int depth) {
    var map = new LinkedHashMap<String, Object>();
    for (Entry entry : entries) {
      String key = String.valueOf(convert(entry.key(), path, depth + 1));
      String full = path.isEmpty() ? key : path + "." + key;
      map.put(key, convert(entry.value(), full, depth + 1));
    }
    return map;
  }

  private List<Object> all(List<PickleValue> items, String key, int depth) {
    var converted = new ArrayList<>();
    for (PickleValue item : items) {
      converted.add(convert(item, key + "." + converted.size(), depth + 1));
    }
    return converted;
  }

  private Object scalar(PickleValue value, String key) {
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
    String type = kind(value);
    objects.add("'" + key + "' (" + type + ")");
    return value instanceof Global ? type : "<" + type + ">";
  }

  /** What a value is that has no place in a configuration: its class where it is an object. */
  static String kind(PickleValue value) {
    if (value instanceof Global type) {
      return type.toString();
    }
    if (value instanceof Call call) {
      return call.callable() instanceof Global type ? type.toString() : "a call";
    }
    if (value == Constant.NONE) {
      return "None";
    }
    String type = value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    return "a " + KINDS.getOrDefault(type, type);
  }

  /** Changes a plain value of a configuration in place, or adds it. Meant for a copy. */
  static void change(PickleValue config, String key, PickleValue to) {
    PickleValue map = isNode(config) ? state(config, "_content").orElse(config) : config;
    List<Entry> entries = NestedState.entries(map);
    for (int i = 0; i < entries.size(); i++) {
      if (is(entries.get(i), key)) {
        PickleValue node = entries.get(i).value();
        if (isNode(node)) {
          set(NestedState.entries(((Call) node).state()), "_val", to);
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
    state.entries().addAll(NestedState.entries(object.state()));
    set(state.entries(), field, value);
    copy.build(state);
    return copy;
  }

  private static void set(List<Entry> entries, String key, PickleValue to) {
    entries.replaceAll(entry -> is(entry, key) ? new Entry(entry.key(), to) : entry);
  }
}
