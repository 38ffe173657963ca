package io.shardwright.spi.format;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a format may ask the engine about models. The engine alone implements it. */
public interface KnownModels {
  /**
   * A document of the user's.
   *
   * @param name of its file, for messages
   * @param values of JSON or YAML
   */
  record Given(String name, Obj values) {}

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
   * The canonical configuration that the arguments of a training by Megatron are put into.
   *
   * @param className the class that makes the model there
   * @return the one that the user gave, else that of a family which declares the class, with the
   *     class that restores it as {@code target}; empty where none does
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is no YAML
   */
  Optional<Configuration> megatron(String className);

  /**
   * The step of a training that the user chose.
   *
   * @return empty for the newest
   */
  OptionalLong step();

  /**
   * What the user says of a model whose source doesn't say it.
   *
   * @return empty where nothing is given
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is neither JSON nor YAML
   */
  Optional<Given> given();

  /**
   * What the user says of a model whose source doesn't say it, as NeMo 1 has it.
   *
   * @return empty where nothing is given, or another document
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is neither JSON nor YAML
   */
  Optional<Configuration> canonical();

  /**
   * A configuration as Megatron-Core's own formats have it, which keep some weights otherwise.
   *
   * @param config as NeMo 1 has it
   * @return with the keys that the families say by {@link io.shardwright.spi.KeyRule.Kind#MEGATRON}
   */
  Configuration inMegatron(Configuration config);

  /**
   * The engine of dialects.
   *
   * @return what reads documents by their tables
   */
  Dialects dialects();
}
