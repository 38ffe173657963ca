package io.shardwright.core.internal.convert;

import io.shardwright.spi.HuggingFaceModel;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Finds the class that a document is of. */
public final class HuggingFaceMatch {
  private HuggingFaceMatch() {}

  /** By the class it names, else by its kind, else by what a class says of documents without. */
  public static Optional<HuggingFaceModel> find(
      List<HuggingFaceModel> models, HuggingFaceConfig document) {
    Optional<String> type = document.modelType();
    return document
        .architecture()
        .map(name -> first(models, document, m -> m.architecture().equalsIgnoreCase(name)))
        .orElseGet(
            () ->
                type.isPresent()
                    ? first(models, document, m -> type.get().equals(m.modelType()))
                    : first(
                        models, document, m -> m.variant().stream().anyMatch(c -> !c.negated())));
  }

  private static Optional<HuggingFaceModel> first(
      List<HuggingFaceModel> models,
      HuggingFaceConfig document,
      Predicate<HuggingFaceModel> wanted) {
    return models.stream()
        .filter(wanted)
        .filter(m -> m.variant().stream().allMatch(condition -> condition.holds(document)))
        .findFirst();
  }

  /**
   * The classes of the same kind as a document's, where the class that it names is none of them.
   */
  public static List<String> relatives(List<HuggingFaceModel> models, HuggingFaceConfig document) {
    return models.stream()
        .filter(m -> document.architecture().isPresent())
        .filter(m -> document.modelType().filter(m.modelType()::equals).isPresent())
        .map(HuggingFaceModel::architecture)
        .distinct()
        .toList();
  }
}
