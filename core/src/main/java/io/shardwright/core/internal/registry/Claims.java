package io.shardwright.core.internal.registry;

import io.shardwright.core.internal.describe.RuleMatcher;
import io.shardwright.core.internal.describe.RuleMatcher.Fit;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RefinedAdapter;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
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

  /**
   * Those whose rows match every stored tensor, of these those all of whose rows have one, of these
   * those that no family refines to the same effect; where none matches all, those that know most.
   */
  static List<FoundAdapter> fitting(
      List<FoundAdapter> claims, ModelConfig config, Set<String> names) {
    if (names.isEmpty()) {
      return List.of();
    }
    Map<FoundAdapter, Fit> fits = new LinkedHashMap<>();
    claims.forEach(found -> fits.put(found, RuleMatcher.fit(found.adapter(), config, names)));
    var every = claims.stream().filter(found -> fits.get(found).every()).toList();
    if (every.isEmpty()) {
      long most = fits.values().stream().mapToLong(Fit::known).max().orElse(0);
      return claims.stream().filter(found -> fits.get(found).known() == most).toList();
    }
    var whole = every.stream().filter(found -> fits.get(found).whole()).toList();
    var best = whole.isEmpty() ? every : whole;
    return best.stream().filter(found -> !saysTheSame(found, best, fits)).toList();
  }

  /** A refinement of a family that fits too, with the same rows for all that is stored. */
  private static boolean saysTheSame(
      FoundAdapter found, List<FoundAdapter> others, Map<FoundAdapter, Fit> fits) {
    var bases = new ArrayList<String>();
    ModelFamilyAdapter family = found.adapter();
    while (family instanceof RefinedAdapter refined) {
      family = refined.base();
      bases.add(family.id());
    }
    return others.stream()
        .filter(other -> bases.contains(other.adapter().id()))
        .anyMatch(other -> fits.get(other).rows().equals(fits.get(found).rows()));
  }
}
