package io.shardwright.spi;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * A formula that computes the length of a factor of an axis from the configuration:
 *
 * <pre>
 * formula = sum ("|" sum)*           the first whose keys are all present
 * sum     = product ("+" product)*
 * product = one (("*" | "/") one)*   a quotient is a whole number
 * one     = NUMBER | KEY | "(" formula ")"
 * </pre>
 *
 * A key is a dotted path, in which {@code .*} stands for the number of a row's layer; a null value
 * counts as absent.
 *
 * @param formula text of at most 4,000 characters, such as {@code kv_channels | hidden_size /
 *     num_attention_heads}
 */
public record Size(String formula) {
  /** Stands for a length that the configuration does not determine; it is no formula. */
  public static final String REST = "rest";

  /** The formula of the length of a head's query, key or value. */
  public static final String HEAD = "kv_channels | hidden_size / num_attention_heads";

  private static final int LONGEST = 4_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  /**
   * Checks the formula.
   *
   * @param formula kept as given
   * @throws IllegalArgumentException if it breaks the grammar or is too long
   */
  public Size {
    if (formula.length() > LONGEST) {
      throw new IllegalArgumentException("a formula has over " + LONGEST + " characters");
    }
    new Reading(formula, null).whole();
  }

  /**
   * Tells whether layers differ in the length.
   *
   * @return true if a key has a {@code *} for the layer's number
   */
  public boolean perLayer() {
    return formula.contains(".*");
  }

  /**
   * Computes the length.
   *
   * @param config the configuration
   * @return the length in indexes, at least 0; empty if the configuration lacks keys
   * @throws MalformedCheckpointException if a key's value is no whole number or negative, a
   *     quotient is no whole number, or the result is too large
   */
  public OptionalLong in(ModelConfig config) {
    return new Reading(formula, config).whole();
  }

  /**
   * Returns the keys on which the length depends.
   *
   * @param config the configuration
   * @return dotted paths, each once, without those of alternatives that are not used
   * @throws MalformedCheckpointException as {@link #in}
   */
  public List<String> keys(ModelConfig config) {
    var reading = new Reading(formula, config);
    reading.whole();
    return reading.keys.stream().distinct().toList();
  }

  /** A formula being read; a null configuration tells nothing. */
  private static final class Reading {
    private final String text;
    private final ModelConfig config;
    private final List<String> keys = new ArrayList<>();
    private int at;

    /** Whether what is read has no effect: an alternative before it was told. */
    private boolean idle;

    Reading(String text, ModelConfig config) {
      this.text = text;
      this.config = config;
    }

    OptionalLong whole() {
      OptionalLong value = formula();
      if (at < text.length()) {
        throw new IllegalArgumentException(
            "'" + text + "' is not a formula from '" + text.substring(at) + "' on");
      }
      return value;
    }

    private OptionalLong formula() {
      boolean before = idle;
      OptionalLong value = sum();
      while (next('|')) {
        idle = before || value.isPresent();
        OptionalLong other = sum();
        value = value.isPresent() ? value : other;
      }
      idle = before;
      return value;
    }

    private OptionalLong sum() {
      int start = at;
      OptionalLong value = product();
      while (next('+')) {
        value = both(value, '+', product(), start);
      }
      return value;
    }

    private OptionalLong product() {
      int start = at;
      OptionalLong value = one();
      while (true) {
        if (next('*')) {
          value = both(value, '*', one(), start);
        } else if (next('/')) {
          value = both(value, '/', one(), start);
        } else {
          return value;
        }
      }
    }

    private OptionalLong both(OptionalLong one, char operation, OptionalLong other, int start) {
      if (idle || one.isEmpty() || other.isEmpty()) {
        return OptionalLong.empty();
      }
      long left = one.getAsLong();
      long right = other.getAsLong();
      boolean possible =
          switch (operation) {
            case '/' -> right != 0 && left % right == 0;
            case '*' -> Math.multiplyHigh(left, right) == 0 && left * right >= 0;
            default -> left + right >= 0;
          };
      if (!possible) {
        throw contradiction(start);
      }
      return OptionalLong.of(
          operation == '/' ? left / right : operation == '*' ? left * right : left + right);
    }

    private RuntimeException contradiction(int start) {
      String part = text.substring(start, at);
      if (config == null) {
        return new IllegalArgumentException("'" + part + "' is not a number");
      }
      return new MalformedCheckpointException(
          ErrorCode.CONFIG_CONTRADICTED,
          config.where(),
          config.saying(keys.stream().distinct().toList())
              + (part.contains("/") ? ": their quotient is not a whole number" : ": too large"));
    }

    private OptionalLong one() {
      if (next('(')) {
        OptionalLong value = formula();
        if (!next(')')) {
          throw new IllegalArgumentException("'" + text + "' lacks a ')'");
        }
        return value;
      }
      int start = at;
      while (at < text.length() && (isPart(text.charAt(at)) || isLayer(start))) {
        at++;
      }
      String word = text.substring(start, at);
      space();
      if (word.isEmpty()) {
        throw new IllegalArgumentException("'" + text + "' lacks a number or a key");
      }
      return NUMBER.matcher(word).matches() ? OptionalLong.of(Long.parseLong(word)) : key(word);
    }

    private OptionalLong key(String key) {
      if (idle) {
        return OptionalLong.empty();
      }
      keys.add(key);
      return config == null ? OptionalLong.empty() : config.count(key, 0);
    }

    /** A star behind a dot stands for a layer's number. */
    private boolean isLayer(int start) {
      return text.charAt(at) == '*' && at > start && text.charAt(at - 1) == '.';
    }

    private static boolean isPart(char c) {
      return c == '.' || c == '_' || c == '-' || Character.isLetterOrDigit(c);
    }

    private boolean next(char wanted) {
      space();
      boolean there = at < text.length() && text.charAt(at) == wanted;
      at += there ? 1 : 0;
      space();
      return there;
    }

    private void space() {
      while (at < text.length() && text.charAt(at) == ' ') {
        at++;
      }
    }
  }
}
