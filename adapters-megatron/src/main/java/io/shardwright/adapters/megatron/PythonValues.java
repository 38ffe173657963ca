package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.ArrayList;
import java.util.List;

/** Values of Python that JSON has no form for, as a pickle's tree spells them. */
final class PythonValues {
  private PythonValues() {}

  /** What a function of a name returns for an argument. */
  static Obj call(String name, JsonValue argument) {
    return Obj.empty().put("_target_", new Str(name)).put("_args_", new Arr(List.of(argument)));
  }

  static Obj tuple(Arr items) {
    return call("builtins.tuple", items);
  }

  /** A dict of pairs. */
  static Obj dict(List<JsonValue> pairs) {
    return call("builtins.dict", new Arr(pairs));
  }

  /** A dict whose keys are the numbers from 0 on. */
  static Obj numbered(List<? extends JsonValue> values) {
    var pairs = new ArrayList<JsonValue>();
    for (JsonValue value : values) {
      pairs.add(new Arr(List.of(Num.of(pairs.size()), value)));
    }
    return dict(pairs);
  }
}
