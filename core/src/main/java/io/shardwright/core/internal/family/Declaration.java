package io.shardwright.core.internal.family;

import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterRule;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * A family and the file that declares it.
 *
 * @param file for messages
 * @param lines where its rows stand
 * @param drafted whether parts that a family must have are absent
 */
public record Declaration(String file, ModelFamilyAdapter family, Lines lines, boolean drafted) {
  /** The same of a family that has these rows among others. */
  public Declaration of(ModelFamilyAdapter whole) {
    return new Declaration(file, whole, lines, drafted);
  }

  /** Lines by row. */
  public static final class Lines {
    private final Map<ParameterRule, Integer> lines = new IdentityHashMap<>();

    Lines() {}

    void add(ParameterRule rule, int line) {
      lines.put(rule, line);
    }

    /** A row's line; 0 where the file does not have it. */
    public int of(ParameterRule rule) {
      return lines.getOrDefault(rule, 0);
    }
  }
}
