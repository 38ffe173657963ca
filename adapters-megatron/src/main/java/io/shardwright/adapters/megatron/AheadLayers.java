package io.shardwright.adapters.megatron;

import io.shardwright.spi.dialect.Configuration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layers that predict further tokens, which transformers drops and goes on to state in {@code
 * config.json} (4.57, {@code _keys_to_ignore_on_load_unexpected} of its classes), or leaves
 * unstated: the tensors tell how many there are.
 */
final class AheadLayers {
  private static final String COUNT = "mtp_num_layers";

  /** In Megatron-Core's names. */
  private static final Pattern LAYER = Pattern.compile("(?:^|\\.)mtp\\.layers\\.([0-9]+)\\.");

  private AheadLayers() {}

  /**
   * A configuration of transformers' with as many layers as there are.
   *
   * @param held the names of all tensors
   * @param notes are told where the configuration said otherwise
   */
  static Configuration asHeld(Configuration config, Set<String> held, List<String> notes) {
    long stated = config.count(COUNT, 0).orElse(0);
    long found =
        held.stream()
            .map(LAYER::matcher)
            .filter(Matcher::find)
            .map(layer -> layer.group(1))
            .distinct()
            .count();
    if (stated == 0 && found > 0) {
      return config.with(COUNT, Long.toString(found));
    }
    if (stated > 0 && found == 0) {
      notes.add(
          config.says(COUNT) + ", and the checkpoint has no tensors of such layers: left out");
      return config.with(COUNT, "null");
    }
    return config;
  }
}
