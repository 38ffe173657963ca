package io.shardwright.spi.format;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import java.util.List;
import java.util.Optional;

/** What a format may ask the engine about models. The engine alone implements it. */
public interface KnownModels {
  /**
   * The Hugging Face classes that the families declare.
   *
   * @return those of the family that the user chose, if any
   */
  List<HuggingFaceModel> classes();

  /**
   * The artifacts that would know a class and are not there.
   *
   * @param className an architecture or a kind of model; empty where the source says neither
   * @return words for a message; empty for none
   */
  Optional<String> lacking(Optional<String> className);

  /**
   * The canonical configuration that a document's values are put into.
   *
   * @param model the class of the document
   * @return the one that the user gave, else the class's own
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is no YAML
   */
  Configuration base(HuggingFaceModel model);

  /**
   * The engine of dialects.
   *
   * @return what reads documents by their tables
   */
  Dialects dialects();
}
