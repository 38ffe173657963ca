package io.shardwright.core;

import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.function.Function;

/**
 * How a family that a file declares fits a checkpoint.
 *
 * @param family its id
 * @param fits whether every tensor is one row's and every row in force is met
 * @param findings problems first
 * @param draft lines of YAML that the file lacks, guessed; empty where it lacks none
 */
public record FamilyReport(
    String family, boolean fits, List<Finding> findings, List<String> draft) {

  /**
   * Something that does not fit, or that an author should know.
   *
   * @param kind one word: {@code unmatched}, {@code ambiguous}, {@code shape}, {@code unused},
   *     {@code not_claimed}, {@code other}; {@code absent} and {@code not_in_force} are no problems
   * @param subject a tensor's name, a pattern of several, or a row's pattern
   * @param tensors how many tensors it is about; 0 for a row
   * @param line of the row that it is about; 0 for none
   * @param problem whether it keeps the family from fitting
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
