package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.function.Function;

/**
 * The result of checking a family that a YAML file declares against a checkpoint.
 *
 * @param family the family's id
 * @param fits whether the family fits: every tensor matches one row, and every row in force has a
 *     tensor
 * @param findings what was found, problems first
 * @param draft guessed lines of YAML for what the file lacks; empty if it lacks nothing
 */
public record FamilyReport(
    String family, boolean fits, List<Finding> findings, List<String> draft) {

  /**
   * A problem, or a fact that the author of the file should know.
   *
   * @param kind one word: {@code unmatched}, {@code ambiguous}, {@code shape}, {@code unused},
   *     {@code not_claimed}, {@code grids}, {@code other}; {@code absent}, {@code not_in_force},
   *     {@code heads} and {@code guess} are no problems
   * @param subject a tensor's name, a pattern of several names, or a row's pattern
   * @param tensors number of tensors that it concerns; 0 for a row
   * @param line the line of the row in the file, from 1; 0 if it concerns no row
   * @param problem whether the family does not fit because of it
   * @param text a sentence about the subject
   */
  public record Finding(
      String kind, String subject, int tensors, int line, boolean problem, String text) {
    /**
     * A sentence about the subject, in the API's words.
     *
     * @return what is the matter
     */
    @Override
    public String text() {
      return text(Remedy::toString);
    }

    /**
     * A sentence about the subject, in a caller's words.
     *
     * @param words what a setting is called
     * @return what is the matter
     */
    public String text(Function<Remedy, String> words) {
      return Remedy.say(text, words);
    }
  }
}
