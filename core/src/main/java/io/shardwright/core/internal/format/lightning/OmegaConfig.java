package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.pickle.TreePickle;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;

/**
 * Makes the configuration that {@link HyperParameters} reads: a container has its keys in {@code
 * _content}, a value is {@code _val} of a node, and each names its {@code _parent} (OmegaConf 2.3,
 * {@code omegaconf/base.py}).
 */
final class OmegaConfig {
  private static final Global ANY = new Global("typing", "Any");
  private static final Global DICT = new Global("builtins", "dict");
  private static final Global LIST = new Global("builtins", "list");
  private static final Global INT = new Global("builtins", "int");

  private final TreePickle scalars;

  /**
   * Makes configurations.
   *
   * @param where the file, for messages
   */
  OmegaConfig(String where) {
    scalars = new TreePickle(where);
  }

  /** The configuration of a tree. */
  PickleValue of(Obj tree) {
    return node(tree, Constant.NONE, Constant.NONE);
  }

  private Call node(JsonValue value, PickleValue key, PickleValue parent) {
    if (value instanceof Obj map) {
      Call node = made("omegaconf.dictconfig", "DictConfig");
      var content = new Dict();
      map.fields()
          .forEach((name, held) -> content.put(new Text(name), node(held, new Text(name), node)));
      return built(node, container(key, DICT, ANY), parent, "_content", content);
    }
    if (value instanceof Arr list) {
      Call node = made("omegaconf.listconfig", "ListConfig");
      var content = new Sequence();
      list.items()
          .forEach(item -> content.items().add(node(item, Int.of(content.items().size()), node)));
      return built(node, container(key, LIST, INT), parent, "_content", content);
    }
    return built(
        made("omegaconf.nodes", "AnyNode"),
        metadata("Metadata", key, Constant.NONE, new Dict()),
        parent,
        "_val",
        scalars.of(value));
  }

  private static Call container(PickleValue key, Global type, Global keys) {
    var more = new Dict().put(new Text("key_type"), keys).put(new Text("element_type"), ANY);
    return metadata("ContainerMetadata", key, type, more);
  }

  private static Call metadata(String kind, PickleValue key, PickleValue type, Dict more) {
    var state =
        new Dict()
            .put(new Text("ref_type"), ANY)
            .put(new Text("object_type"), type)
            .put(new Text("optional"), Constant.TRUE)
            .put(new Text("key"), key)
            .put(new Text("flags"), new Dict())
            .put(new Text("flags_root"), Constant.FALSE)
            .put(
                new Text("resolver_cache"),
                Call.reduce(new Global("collections", "defaultdict"), DICT));
    state.entries().addAll(more.entries());
    Call metadata = made("omegaconf.base", kind);
    metadata.build(state);
    return metadata;
  }

  private static Call made(String module, String name) {
    return new Call(Call.Kind.NEWOBJ, new Global(module, name), Tuple.of(), Constant.NONE);
  }

  private static Call built(
      Call node, Call metadata, PickleValue parent, String key, PickleValue held) {
    node.build(
        new Dict()
            .put(new Text("_metadata"), metadata)
            .put(new Text("_parent"), parent)
            .put(new Text(key), held));
    return node;
  }
}
