package io.shardwright.spi.config;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A dialect as data: how a kind of configuration says what the canonical one says. Canonical keys
 * are Megatron-Core's words as NeMo 1 spells them.
 *
 * @param document what its documents are called, for messages
 * @param rows in the order in which a document is written; a row may depend on those before it
 * @param neutral the first parts of keys that have no meaning for the weights
 * @param inner a part of a document that may say its keys once more
 */
public record Dialect(
    String document, List<ConfigKey> rows, Set<String> neutral, Optional<String> inner) {
  /**
   * Copies the collections.
   *
   * @param document see the record
   * @param rows see the record
   * @param neutral see the record
   * @param inner see the record
   */
  public Dialect {
    rows = List.copyOf(rows);
    neutral = Set.copyOf(neutral);
  }

  /**
   * A dialect without rows.
   *
   * @param document what its documents are called
   * @return to be given rows
   */
  public static Dialect of(String document) {
    return new Dialect(document, List.of(), Set.of(), Optional.empty());
  }

  /**
   * Further rows.
   *
   * @param further after those that are there
   * @return a changed copy
   */
  public Dialect with(ConfigKey... further) {
    return with(List.of(further));
  }

  /**
   * Further rows.
   *
   * @param further after those that are there
   * @return a changed copy
   */
  public Dialect with(Collection<ConfigKey> further) {
    var all = Stream.concat(rows.stream(), further.stream()).toList();
    return new Dialect(document, all, neutral, inner);
  }

  /**
   * Another row of a canonical key.
   *
   * @param row in place of those of the same key
   * @return a changed copy
   */
  public Dialect replacing(ConfigKey row) {
    var all =
        rows.stream().map(old -> old.canonical().equals(row.canonical()) ? row : old).toList();
    return new Dialect(document, all, neutral, inner);
  }

  /**
   * Keys that have no meaning for the weights.
   *
   * @param keys beside those that are known
   * @return a changed copy
   */
  public Dialect ignoring(String... keys) {
    var all = new HashSet<>(neutral);
    all.addAll(List.of(keys));
    return new Dialect(document, rows, all, inner);
  }

  /**
   * A part of a document that may say its keys once more, and must agree.
   *
   * @param path dotted
   * @return a changed copy
   */
  public Dialect repeatedIn(String path) {
    return new Dialect(document, rows, neutral, Optional.of(path));
  }

  /**
   * Whether a document's key has a meaning here, or is known to have none.
   *
   * @param key the first part of a dotted path
   * @return false for a key of which the table says nothing
   */
  public boolean knows(String key) {
    return neutral.contains(key)
        || rows.stream()
            .flatMap(row -> row.own().stream())
            .anyMatch(own -> own.split("[.\\[]")[0].equals(key));
  }
}
