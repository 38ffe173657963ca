package io.shardwright.core.internal.convert;

import io.shardwright.spi.CommunityModel;
import java.util.List;
import java.util.Optional;

/** Finds the class that a document is of. */
public final class CommunityMatch {
  private CommunityMatch() {}

  /** By the class it names, else by its kind, else by what a class says of documents without. */
  public static Optional<CommunityModel> find(
      List<CommunityModel> models, CommunityConfig document) {
    Optional<String> architecture = document.architecture();
    Optional<String> type = document.modelType();
    var fitting =
        models.stream()
            .filter(m -> m.variant().stream().allMatch(condition -> condition.holds(document)))
            .toList();
    return fitting.stream()
        .filter(m -> architecture.filter(m.architecture()::equals).isPresent())
        .findFirst()
        .or(
            () ->
                fitting.stream()
                    .filter(m -> type.filter(m.modelType()::equals).isPresent())
                    .findFirst())
        .or(
            () ->
                fitting.stream()
                    .filter(m -> architecture.isEmpty() && type.isEmpty())
                    .filter(m -> m.variant().stream().anyMatch(c -> !c.negated()))
                    .findFirst());
  }
}
