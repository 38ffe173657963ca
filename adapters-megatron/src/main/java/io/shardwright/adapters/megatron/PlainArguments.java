package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import java.util.LinkedHashMap;

/** Arguments of Megatron-LM as a dict of plain values and PyTorch's own names. */
final class PlainArguments {
  private static final String TARGET = "_target_";

  private PlainArguments() {}

  /** The same without what Python would make by a call. */
  static Obj of(Obj args) {
    var plain = new Obj(new LinkedHashMap<>(args.fields()));
    plain.fields().remove(TARGET);
    plain.fields().values().removeIf(PlainArguments::isCalled);
    return plain;
  }

  private static boolean isCalled(JsonValue value) {
    if (value instanceof Arr list) {
      return list.items().stream().anyMatch(PlainArguments::isCalled);
    }
    return value instanceof Obj object
        && (object
                .get(TARGET)
                .flatMap(JsonValue::asText)
                .filter(name -> !name.startsWith("torch."))
                .isPresent()
            || object.fields().values().stream().anyMatch(PlainArguments::isCalled));
  }
}
