package io.shardwright.core.internal.convert;

import io.shardwright.spi.config.Dialect;
import io.shardwright.spi.dialect.DialectDocument;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The values of one fact in all places of a document that can state it. They must agree, since it
 * depends on the reader's version which place counts.
 */
final class Statements {
  /** Other keys tell a value by way of names and shapes, where nothing states it. */
  private static final Pattern STATED = Pattern.compile("[A-Za-z0-9_.]+");

  private final DialectDocument config;
  private final Dialect dialect;
  private final Set<String> repeated = new LinkedHashSet<>();
  private final Set<String> disagreements = new LinkedHashSet<>();

  Statements(DialectDocument config, Dialect dialect) {
    this.config = config;
    this.dialect = dialect;
  }

  /** Whether a key is a path in the document. */
  static boolean isStated(String key) {
    return STATED.matcher(key).matches();
  }

  /**
   * The value of a fact.
   *
   * @param keys the places, the one that counts first
   * @param absent what it means that none says anything
   */
  Optional<String> of(List<String> keys, Optional<String> absent) {
    var places = new LinkedHashMap<String, String>();
    var stated = keys.stream().filter(Statements::isStated).toList();
    stated.forEach(key -> put(places, key));
    if (places.isEmpty() && !stated.isEmpty()) {
      absent.ifPresent(value -> places.put(stated.get(0) + "', which is absent, '", value));
    }
    int own = places.size();
    dialect.inner().ifPresent(inner -> stated.forEach(key -> put(places, inner + "." + key)));
    if (own > 1 || places.size() > own) {
      compare(places);
    }
    return config.text(keys).or(() -> absent);
  }

  private void put(Map<String, String> places, String key) {
    config.text(key).ifPresent(value -> places.put(key, value.replaceFirst("^torch\\.", "")));
  }

  /** Holds the values of one fact against each other, by place. */
  void compare(Map<String, String> places) {
    if (places.size() < 2) {
      return;
    }
    String first = places.values().iterator().next();
    boolean same = places.values().stream().allMatch(value -> Scalars.equal(first, value));
    if (same) {
      repeated.add(dialect.document() + " says " + first + " in " + and(places.keySet()));
    } else {
      disagreements.add(
          places.entrySet().stream()
                  .map(place -> "'" + place.getKey() + "' is " + place.getValue())
                  .collect(Collectors.joining(" and "))
              + ", expected one value: remove the wrong one");
    }
  }

  private static String and(Set<String> keys) {
    return keys.stream().map(key -> "'" + key + "'").collect(Collectors.joining(" and in "));
  }

  /** Adds what a caller found to disagree. */
  void disagree(String problem) {
    disagreements.add(problem);
  }

  /** What is said more than once, for the user. */
  Set<String> repeated() {
    return repeated;
  }

  /** What is said in two ways. */
  Set<String> disagreements() {
    return disagreements;
  }
}
