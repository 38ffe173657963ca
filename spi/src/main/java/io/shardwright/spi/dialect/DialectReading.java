package io.shardwright.spi.dialect;

import io.shardwright.spi.ModelConfig;
import java.util.List;

/**
 * A document of a dialect while it is read: what it says, under canonical keys. What can't be read
 * is collected, and refused at once by {@link #requireSound}.
 */
public interface DialectReading extends ModelConfig {
  /**
   * The document.
   *
   * @return what is read
   */
  DialectDocument document();

  /**
   * Requires that a value is of a kind, whether a row has its key or not.
   *
   * @param key a dotted path in the document
   * @param kind {@link ModelConfig.Kind#LIST} for a whole number too, {@link ModelConfig.Kind#NONE}
   *     for any scalar
   */
  void require(String key, Kind kind);

  /**
   * Requires that all places which state one fact say the same.
   *
   * @param keys dotted paths in the document
   */
  void agree(List<String> keys);

  /**
   * Reads every row of the table, and notes the keys of which it says nothing.
   *
   * @return this
   */
  DialectReading rows();

  /**
   * Notes that the document says one thing in two ways.
   *
   * @param problem a sentence for the refusal
   */
  void disagree(String problem);

  /**
   * Notes what the canonical configuration can't express.
   *
   * @param problem a sentence for the refusal
   */
  void refuse(String problem);

  /**
   * Refuses what was noted.
   *
   * @param where the document, for messages
   * @return this
   * @throws io.shardwright.spi.error.MalformedCheckpointException naming every key whose value is
   *     of another kind
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException naming every fact that is
   *     stated in two ways, or that the canonical configuration can't express
   */
  DialectReading requireSound(String where);

  /**
   * What a user should know of the document.
   *
   * @return sentences: facts that it states more than once, and keys that were kept separately
   */
  List<String> notes();

  /**
   * Tells whether a configuration says all that was read.
   *
   * @param config any canonical configuration
   * @return false if a value differs
   */
  boolean isSaidBy(ModelConfig config);

  /**
   * Puts what was read into a configuration.
   *
   * @param base what holds where the document says nothing
   * @param where the document, which messages about the result name
   * @return the whole configuration
   */
  Configuration apply(Configuration base, String where);
}
