package io.shardwright.core.internal.registry;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RefinedAdapter;
import io.shardwright.spi.error.AdapterException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Joins families that refine others with those. */
final class Refinements {
  private final List<FoundAdapter> all;

  private Refinements(List<FoundAdapter> all) {
    this.all = all;
  }

  /**
   * The same adapters, each whole.
   *
   * @throws AdapterException if one refines what is not there, or each other
   */
  static List<FoundAdapter> joined(List<FoundAdapter> all) {
    return all.stream().map(found -> joined(found, all)).toList();
  }

  /** One adapter, whole. */
  static FoundAdapter joined(FoundAdapter found, List<FoundAdapter> all) {
    var whole = new Refinements(all).whole(found, new LinkedHashSet<>());
    return new FoundAdapter(whole, found.origin());
  }

  private ModelFamilyAdapter whole(FoundAdapter found, Set<String> path) {
    ModelFamilyAdapter own = found.adapter();
    if (own.refines().isEmpty() || own instanceof RefinedAdapter) {
      return own;
    }
    String base = own.refines().get();
    if (!path.add(own.id())) {
      throw Providers.broken(
          found.origin(),
          "adapters refine each other: "
              + String.join(", ", path)
              + ", expected a family that refines none");
    }
    FoundAdapter other =
        all.stream()
            .filter(any -> any.adapter().id().equals(base))
            .findFirst()
            .orElseThrow(
                () ->
                    Providers.broken(
                        found.origin(),
                        "adapter '"
                            + own.id()
                            + "' refines '"
                            + base
                            + "', which is not there; found "
                            + ids(own.id())
                            + ": add its jar"));
    var whole = new RefinedAdapter(own, whole(other, path));
    try {
      whole.huggingFaceModels();
    } catch (IllegalArgumentException unknown) {
      throw Providers.broken(found.origin(), unknown.getMessage());
    }
    return whole;
  }

  private String ids(String without) {
    return all.stream()
        .map(found -> found.adapter().id())
        .filter(id -> !id.equals(without))
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
