package io.shardwright.spi.dialect;

import io.shardwright.spi.config.Dialect;

/** The engine that reads and writes documents by their dialects' tables. */
public interface Dialects {
  /**
   * Parses a canonical configuration.
   *
   * @param yaml the document
   * @param name what it is called in messages
   * @return the configuration
   * @throws io.shardwright.spi.error.MalformedCheckpointException if it is no YAML, or no map
   */
  Configuration configuration(String yaml, String name);

  /**
   * Begins to read a document. Nothing of it is read yet.
   *
   * @param document what is read
   * @param dialect its table
   * @param base a canonical configuration that shows of what kinds values are
   * @return to be asked for {@linkplain DialectReading#rows its rows} and whatever else the
   *     document's own kind needs
   */
  DialectReading read(DialectDocument document, Dialect dialect, Configuration base);

  /**
   * Begins to write a document, which is empty.
   *
   * @param config what is written
   * @param of whose document it is, for messages
   * @return to be given {@linkplain DialectWriting#rows rows} and whatever else the document's own
   *     kind needs
   */
  DialectWriting write(Configuration config, String of);
}
