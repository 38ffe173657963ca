package io.shardwright.spi.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A dialect as data: the relation of a kind of configuration to the canonical one. Canonical keys
 * are those of Megatron-Core as NeMo 1 spells them.
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
   * @param document kept as given
   * @param rows copied
   * @param neutral copied
   * @param inner kept as given
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
   * Further rows; a row of a canonical key that has one under the same conditions takes its place.
   *
   * @param further after those that are there
   * @return a changed copy
   */
  public Dialect with(ConfigKey... further) {
    var all = new ArrayList<>(rows);
    for (ConfigKey row : further) {
      if (row.canonical().isEmpty() || !replaced(all, row)) {
        all.add(row);
      }
    }
    return new Dialect(document, all, neutral, inner);
  }

  private static boolean replaced(List<ConfigKey> rows, ConfigKey row) {
    for (int i = 0; i < rows.size(); i++) {
      ConfigKey known = rows.get(i);
      if (known.canonical().equals(row.canonical())
          && known.conditions().equals(row.conditions())) {
        rows.set(i, row);
        return true;
      }
    }
    return false;
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
}
