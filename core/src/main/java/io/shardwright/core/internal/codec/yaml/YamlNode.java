package io.shardwright.core.internal.codec.yaml;

import java.util.List;

/** A node of a document that is read for its meaning, with its place for messages. */
public sealed interface YamlNode {
  /** Where it begins. */
  Place place();

  /** What it is, for messages. */
  String kind();

  /** A place in a file, both numbers from 1. */
  record Place(int line, int column) {
    @Override
    public String toString() {
      return line + ":" + column;
    }
  }

  /**
   * A scalar.
   *
   * @param text as written, without quotes
   */
  record Scalar(String text, boolean quoted, Place place) implements YamlNode {
    @Override
    public String kind() {
      return "'" + text + "'";
    }
  }

  record Items(List<YamlNode> items, Place place) implements YamlNode {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A map, in its order. */
  record Fields(List<Field> fields, Place place) implements YamlNode {
    @Override
    public String kind() {
      return "a map";
    }
  }

  /** An entry of a map. */
  record Field(Scalar key, YamlNode value) {}
}
