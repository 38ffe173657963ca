package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the Hugging Face class to which a {@code config.json} belongs. */
final class ClassMatch {
  private static final Pattern T5 = Pattern.compile("(?i)(u?m|long)?t5");

  private ClassMatch() {}

  /** The class that a document names. */
  static Optional<String> architecture(DialectDocument document) {
    return document
        .value("architectures")
        .filter(Arr.class::isInstance)
        .flatMap(names -> ((Arr) names).items().stream().findFirst())
        .flatMap(DialectDocument::text);
  }

  /** The kind of model that a document names. */
  static Optional<String> modelType(DialectDocument document) {
    return document.text("model_type");
  }

  /** Whether it has an encoder and a decoder, or is a part of a model of T5's kind. */
  static boolean hasEncoderAndDecoder(DialectDocument document) {
    return document.text("is_encoder_decoder").filter("true"::equals).isPresent()
        || Stream.of(architecture(document), modelType(document))
            .flatMap(Optional::stream)
            .anyMatch(name -> T5.matcher(name).lookingAt());
  }

  /** By the class it names, else by its kind, else by what a class says of documents without. */
  static Optional<HuggingFaceModel> find(List<HuggingFaceModel> models, DialectDocument document) {
    Optional<String> type = modelType(document);
    return architecture(document)
        .map(name -> named(models, document, name).or(() -> otherwise(models, document, name)))
        .orElseGet(
            () ->
                type.isPresent()
                    ? first(models, document, m -> type.get().equals(m.modelType()))
                    : first(
                        models, document, m -> m.variant().stream().anyMatch(c -> !c.negated())));
  }

  private static Optional<HuggingFaceModel> named(
      List<HuggingFaceModel> models, DialectDocument document, String name) {
    return first(models, document, m -> m.architecture().equalsIgnoreCase(name));
  }

  private static Optional<HuggingFaceModel> otherwise(
      List<HuggingFaceModel> models, DialectDocument document, String name) {
    return OtherHeads.causal(name)
        .flatMap(causal -> named(models, document, causal).stream())
        .map(causal -> OtherHeads.like(causal, name))
        .findFirst();
  }

  private static Optional<HuggingFaceModel> first(
      List<HuggingFaceModel> models, DialectDocument document, Predicate<HuggingFaceModel> wanted) {
    return models.stream()
        .filter(wanted)
        .filter(m -> m.variant().stream().allMatch(condition -> condition.holds(document)))
        .findFirst();
  }

  /**
   * The classes of the same kind as a document's, where the class that it names is none of them.
   */
  static List<String> relatives(List<HuggingFaceModel> models, DialectDocument document) {
    Optional<String> named = architecture(document);
    return models.stream()
        .filter(m -> modelType(document).filter(m.modelType()::equals).isPresent())
        .map(HuggingFaceModel::architecture)
        .filter(known -> named.filter(name -> !name.equalsIgnoreCase(known)).isPresent())
        .distinct()
        .toList();
  }
}
