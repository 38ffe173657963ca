package io.shardwright.spi.format;

import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.dialect.Configuration;
import io.shardwright.spi.dialect.Dialects;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model that is to be written, as it was planned: what formats of every kind ask. The engine
 * alone implements it.
 */
public interface WantedModel {
  /**
   * What the model is made from, for messages.
   *
   * @return a file's or folder's name
   */
  String source();

  /**
   * The model's configuration.
   *
   * @return canonical keys, also those that NeMo implies
   */
  Configuration config();

  /**
   * The rows of the vocabulary, without padding.
   *
   * @return empty for a model that has none, and where nobody knows how many of them are padding
   */
  OptionalLong vocabularyRows();

  /**
   * What the model once came from.
   *
   * @return empty where that was no document that was kept
   */
  Optional<StoredModel.Origin> origin();

  /**
   * A file that the configuration names.
   *
   * @param key such as {@code tokenizer.model}
   * @return its bytes, of which all can be read at once; empty where there is none
   */
  Optional<StoredBytes> artifact(String key);

  /**
   * Tells whether a key has another value than the source's.
   *
   * @param key such as {@code tokenizer.model}
   * @return true if it changes
   */
  boolean changes(String key);

  /**
   * Converts a SentencePiece BPE model into the documents of the Hugging Face tokenizers library.
   *
   * @param pieces the model's bytes
   * @param where its name, for messages
   * @return documents by file name; none where the model is of a kind that has no equal there
   */
  Map<String, Obj> fastTokenizer(byte[] pieces, String where);

  /**
   * A document as Python's {@code json.dumps} writes it with an indent of two, and a newline.
   *
   * @param document what is written
   * @return UTF-8
   */
  byte[] json(Obj document);

  /**
   * A document in YAML as PyYAML reads it.
   *
   * @param document what is written
   * @return UTF-8
   */
  byte[] yaml(Obj document);

  /**
   * The engine of dialects.
   *
   * @return what reads and writes documents by their tables
   */
  Dialects dialects();
}
