package io.shardwright.core.internal.describe;

import io.shardwright.spi.error.Setting;

/**
 * Elements that a source holds a second time.
 *
 * @param kind why they must be equal
 */
public record Replica(SourcePart part, Kind kind) {
  /** Why elements stand in several places. */
  public enum Kind {
    /** Every rank has them. */
    RANK(": the files are not of one checkpoint"),
    /** The configuration ties two tensors to one. */
    TIED(
        ", although the configuration ties them to one: convert or reshard with "
            + Setting.UNTIE.inText()
            + " writes both"),
    /** The family has one tensor under several names. */
    COPY(", although they are copies of one tensor: the files are not of one checkpoint"),
    /** An optimizer has the weight in binary32, which is rounded to the weight's type. */
    MASTER(
        ", which is its optimizer's master weight rounded: the parameters lie in the buffer in"
            + " another order than the family registers them, or the state is another training's;"
            + " leave it out with "
            + Setting.NO_OPTIMIZER.inText()),
    /** A folder has a second set of weights. */
    SET(": the folder has two sets of weights, remove the one that is not meant");

    private final String reason;

    Kind(String reason) {
      this.reason = reason;
    }

    /** What a difference means, and what to do: the end of a sentence that tells it. */
    public String reason() {
      return reason;
    }
  }
}
