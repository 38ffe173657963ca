package io.shardwright.spi.dialect;

import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.config.JsonValue;
import java.util.List;

/** A document of a dialect while it is written from a canonical configuration. */
public interface DialectWriting {
  /**
   * Puts a value.
   *
   * @param key dotted path
   * @param value any value
   */
  void put(String key, JsonValue value);

  /**
   * Writes every row.
   *
   * @param dialect the document's table
   */
  void rows(Dialect dialect);

  /**
   * What the document can't express.
   *
   * @return a sentence for each key; empty if it says all that the configuration does
   */
  List<String> problems();

  /**
   * The document.
   *
   * @return what was written so far
   */
  JsonValue.Obj document();
}
