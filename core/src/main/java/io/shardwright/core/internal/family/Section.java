package io.shardwright.core.internal.family;

import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNode.Fields;
import io.shardwright.core.internal.codec.yaml.YamlNode.Items;
import io.shardwright.core.internal.codec.yaml.YamlNode.Place;
import io.shardwright.core.internal.codec.yaml.YamlNode.Scalar;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A map in a family file. A value that breaks the grammar is reported as a problem and read as
 * absent.
 */
record Section(String what, Fields map, Problems problems) {
  /**
   * Reads a map.
   *
   * @param what it is, with its article
   * @param legal the keys it may have
   */
  static Section of(YamlNode node, String what, Problems problems, Collection<String> legal) {
    var section = open(node, what, problems);
    for (Field field : section.map.fields()) {
      String key = field.key().text();
      if (!legal.contains(key)) {
        problems.add(
            field.key().place(), what + " has no key '" + key + "', " + Words.expected(key, legal));
      }
    }
    return section;
  }

  /** Reads a map whose keys are the author's own. */
  static Section open(YamlNode node, String what, Problems problems) {
    if (node instanceof Fields fields) {
      return new Section(what, fields, problems);
    }
    problems.add(node.place(), what + " is " + node.kind() + ", expected a map");
    return new Section(what, new Fields(List.of(), node.place()), problems);
  }

  Place place() {
    return map.place();
  }

  List<Field> fields() {
    return map.fields();
  }

  void problem(String key, String problem) {
    problems.add(at(key), problem);
  }

  void problem(String problem) {
    problems.add(place(), problem);
  }

  Optional<YamlNode> get(String key) {
    return map.fields().stream()
        .filter(field -> field.key().text().equals(key))
        .map(Field::value)
        .findFirst();
  }

  boolean has(String key) {
    return get(key).isPresent();
  }

  /** A value that must be there. */
  Optional<YamlNode> need(String key) {
    Optional<YamlNode> found = get(key);
    if (found.isEmpty()) {
      problem(what + " lacks '" + key + "'");
    }
    return found;
  }

  /** Where a value stands, or the map where it has none. */
  Place at(String key) {
    return get(key).map(YamlNode::place).orElse(place());
  }

  Optional<String> text(String key) {
    return get(key).flatMap(node -> text(node, "'" + key + "'"));
  }

  String needText(String key) {
    return need(key).flatMap(node -> text(node, "'" + key + "'")).orElse("");
  }

  private Optional<String> text(YamlNode node, String name) {
    if (node instanceof Scalar scalar && !scalar.text().isEmpty()) {
      return Optional.of(scalar.text());
    }
    problems.add(node.place(), name + " is " + kind(node) + ", expected a word");
    return Optional.empty();
  }

  private static String kind(YamlNode node) {
    return node.kind().equals("''") ? "empty" : node.kind();
  }

  /** A word, or several in a list. */
  List<String> texts(String key) {
    return get(key).map(node -> texts(node, "'" + key + "'")).orElse(List.of());
  }

  List<String> texts(YamlNode node, String name) {
    List<YamlNode> items = node instanceof Items list ? list.items() : List.of(node);
    return items.stream().flatMap(item -> text(item, name).stream()).toList();
  }

  boolean flag(String key) {
    return word(key, Map.of("true", true, "false", false)).orElse(false);
  }

  /** A word of a closed set. */
  <T> Optional<T> word(String key, Map<String, T> words) {
    return text(key).flatMap(text -> word(text, at(key), "'" + key + "'", words));
  }

  /** Words of a closed set. */
  <T> List<T> words(String key, Map<String, T> words) {
    return texts(key).stream()
        .flatMap(text -> word(text, at(key), "'" + key + "'", words).stream())
        .toList();
  }

  private <T> Optional<T> word(String text, Place place, String name, Map<String, T> words) {
    T meaning = words.get(text);
    if (meaning == null) {
      var legal = words.keySet().stream().sorted().toList();
      problems.add(place, name + " is '" + text + "', " + Words.expected(text, legal));
    }
    return Optional.ofNullable(meaning);
  }

  /** A whole number. */
  Optional<Integer> number(String key) {
    return text(key).flatMap(text -> number(text, at(key), "'" + key + "'"));
  }

  /** A whole number of at most six digits. */
  Optional<Integer> number(String text, Place place, String name) {
    if (text.matches("[+-]?[0-9]{1,6}")) {
      return Optional.of(Integer.parseInt(text));
    }
    problems.add(place, name + " is '" + text + "', expected a whole number");
    return Optional.empty();
  }

  List<YamlNode> items(String key) {
    Optional<YamlNode> node = get(key);
    if (node.isPresent() && !(node.get() instanceof Items)) {
      problems.add(
          node.get().place(), "'" + key + "' is " + node.get().kind() + ", expected a list");
    }
    return node.filter(Items.class::isInstance)
        .map(list -> ((Items) list).items())
        .orElse(List.of());
  }
}
