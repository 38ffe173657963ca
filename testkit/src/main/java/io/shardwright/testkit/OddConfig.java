package io.shardwright.testkit;

import io.shardwright.spi.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A configuration in which a key has an unusual value, or none.
 *
 * @param what what is unusual, for messages
 * @param value makes a key's value from the right one; empty for null
 */
record OddConfig(String what, Map<String, String> values, UnaryOperator<Optional<String>> value)
    implements ModelConfig {

  /** Makes an empty configuration. */
  static OddConfig empty() {
    return new OddConfig("an empty configuration", Map.of(), given -> given);
  }

  /** Makes one configuration for each kind of unusual value. */
  static List<OddConfig> of(Map<String, String> values) {
    var odd = new ArrayList<>(List.of(empty()));
    odd.add(new OddConfig("every key null", values, given -> Optional.empty()));
    for (String text : List.of("", "many", "-1", "0", "999999999999999999", "[1, 2]", "True")) {
      odd.add(new OddConfig("every key '" + text + "'", values, given -> Optional.of(text)));
    }
    for (String key : values.keySet()) {
      var rest = new java.util.LinkedHashMap<>(values);
      rest.remove(key);
      odd.add(new OddConfig("no key '" + key + "'", rest, given -> given));
    }
    return odd;
  }

  @Override
  public Optional<String> text(String key) {
    return values.containsKey(key) ? value.apply(Optional.of(values.get(key))) : Optional.empty();
  }

  @Override
  public boolean has(String key) {
    return values.containsKey(key);
  }
}
