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
    RANK(": the files belong to different checkpoints"),
    /** The configuration ties two tensors to one. */
    TIED(
        ", although the configuration ties them to one: convert or reshard with "
            + Setting.UNTIE.inText()
            + " writes both"),
    /** The family has one tensor under several names. */
    COPY(", although they are copies of one tensor: the files belong to different checkpoints"),
    /** An optimizer has the weight in binary32, which is rounded to the weight's type. */
    MASTER(
        ", the rounded master weight of its optimizer: the buffer has the parameters in another"
            + " order than the family, or the state belongs to another training; leave it out with "
            + Setting.NO_OPTIMIZER.inText()),
    /** Of a master weight: the weight that it is rounded to. */
    WEIGHT(
        ", its master weight, by more than rounding: the state was stored shifted, as Megatron-Core"
            + " 0.19 does with fully_reshardable and several padded buckets, or is of another"
            + " training; leave it out with "
            + Setting.NO_OPTIMIZER.inText()),
    /** A folder has a second set of weights. */
    SET(": the folder has two sets of weights; remove the wrong one");

    private final String reason;

    Kind(String reason) {
      this.reason = reason;
    }

    /** Whether it is of another type by nature, and makes no tensor of that type. */
    public boolean isOfAnotherType() {
      return this == MASTER || this == WEIGHT;
    }

    /** What a difference means, and what to do: the end of a sentence that tells it. */
    public String reason() {
      return reason;
    }
  }
}
