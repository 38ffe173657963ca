package io.shardwright.testkit;

import io.shardwright.spi.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A configuration in which something is not as it should be.
 *
 * @param what is odd, for messages
 * @param value of a key, given the right one; none for null
 */
record OddConfig(String what, Map<String, String> values, UnaryOperator<Optional<String>> value)
    implements ModelConfig {

  /** A configuration with nothing in it. */
  static OddConfig empty() {
    return new OddConfig("an empty configuration", Map.of(), given -> given);
  }

  /** Ways in which a configuration can be odd. */
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
