package io.shardwright.core.internal.registry;

import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the adapter whose family a checkpoint belongs to. */
final class Claims {
  private Claims() {}

  /** Where nobody describes a configuration, a value that somebody could not read is the reason. */
  static List<FoundAdapter> describing(List<FoundAdapter> claims, ModelConfig config) {
    var describing = new ArrayList<FoundAdapter>();
    MalformedCheckpointException odd = null;
    for (FoundAdapter found : claims) {
      try {
        if (found.adapter().describes(config)) {
          describing.add(found);
        }
      } catch (MalformedCheckpointException unread) {
        odd = unread;
      }
    }
    if (describing.isEmpty() && odd != null) {
      throw odd;
    }
    return describing;
  }

  static List<FoundAdapter> fitting(
      List<FoundAdapter> claims, ModelConfig config, Set<String> names) {
    if (names.isEmpty()) {
      return List.of();
    }
    Map<FoundAdapter, Long> known = new LinkedHashMap<>();
    claims.forEach(found -> known.put(found, RuleMatcher.known(found.adapter(), config, names)));
    long most = Collections.max(known.values());
    return claims.stream().filter(found -> known.get(found) == most).toList();
  }
}
