package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Bool;
import io.shardwright.spi.config.JsonValue.Null;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Optional;

/**
 * What NeMo 2 says of a model: its class, and the fields of its {@code GPTConfig} (v2.0.0, {@code
 * nemo/collections/llm/gpt/model/base.py}), which are Megatron-Core's as in Megatron-Bridge.
 */
final class Nemo2Document {
  private static final String CONFIG = "config";
  private static final String TARGET = "_target_";
  private static final String FUNCTION = "activation_func";
  private static final String FACTOR = "scale_factor";
  private static final String OWN_SQUARED_RELU = "nemo.collections.llm.fn.activation.squared_relu";
  private static final String SQUARED_RELU = "megatron.core.activations.squared_relu";

  private Nemo2Document() {}

  /** A model with a configuration. */
  static Optional<ModelDocument> of(Obj model, String name) {
    Optional<String> className = new DialectDocument(model).text(TARGET);
    return model
        .get(CONFIG)
        .filter(config -> config instanceof Obj && className.isPresent())
        .map(config -> RunConfig.of(className.get(), asBridge((Obj) config), name));
  }

  /** The two differ in how Llama 3.1's scaling and one activation are said. */
  private static DialectDocument asBridge(Obj config) {
    Obj said = config.copy();
    var document = new DialectDocument(said);
    if (document.text(FUNCTION + "." + TARGET).filter(OWN_SQUARED_RELU::equals).isPresent()) {
      said.put(FUNCTION, Obj.empty().put(TARGET, new Str(SQUARED_RELU)));
    }
    document
        .value(FACTOR)
        .ifPresent(
            factor -> {
              said.put("rope_scaling", new Bool(true));
              said.put("rope_scaling_factor", factor);
              said.put(FACTOR, Null.NULL);
            });
    return new DialectDocument(said);
  }

  /** What two documents say otherwise of the model, by key. */
  static List<String> differences(Obj one, Obj other) {
    var first = new DialectDocument(one);
    var second = new DialectDocument(other);
    return one.get(CONFIG).filter(Obj.class::isInstance).stream()
        .flatMap(config -> ((Obj) config).fields().keySet().stream())
        .filter(key -> second.has(CONFIG + "." + key))
        .filter(key -> differ(first.text(CONFIG + "." + key), second.text(CONFIG + "." + key)))
        .map(key -> second.says(CONFIG + "." + key))
        .toList();
  }

  /** Numbers may be spelt in several ways. */
  private static boolean differ(Optional<String> one, Optional<String> other) {
    return !one.equals(other)
        && one.isPresent()
        && other.isPresent()
        && !number(one.get()).equals(number(other.get()));
  }

  private static Object number(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException none) {
      return text;
    }
  }
}
