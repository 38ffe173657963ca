package io.shardwright.spi.error;

import java.util.Locale;

/** Every reason for which Shardwright refuses or fails; the numbers are stable. */
public enum ErrorCode {
  /** The path does not exist or is no regular file or folder. */
  SOURCE_MISSING(101, Kind.INPUT),
  /** No format reads the file. */
  FORMAT_UNKNOWN(102, Kind.INPUT),
  /** A tar archive breaks its grammar. */
  TAR_MALFORMED(103, Kind.INPUT),
  /** A zip archive breaks its grammar. */
  ZIP_MALFORMED(104, Kind.INPUT),
  /** A pickle breaks its grammar. */
  PICKLE_MALFORMED(105, Kind.INPUT),
  /** A configuration breaks YAML's grammar or is no map. */
  YAML_MALFORMED(106, Kind.INPUT),
  /** A tensor lies outside its storage, or its numbers contradict each other. */
  TENSOR_MALFORMED(107, Kind.INPUT),
  /** Bytes do not have the checksum that their archive states. */
  CHECKSUM_MISMATCH(108, Kind.INPUT),
  /** The archive holds no model configuration. */
  CONFIG_MISSING(109, Kind.INPUT),
  /** A rank's file is absent. */
  RANK_MISSING(110, Kind.INPUT),
  /** Two ranks disagree on what must be equal. */
  RANKS_DISAGREE(111, Kind.INPUT),
  /** The files contradict the parallel sizes of the configuration, or those given. */
  PARALLEL_SIZE_MISMATCH(112, Kind.INPUT),
  /** The format is known and this use of it is not supported. */
  UNSUPPORTED(113, Kind.INPUT),
  /** A size, count or depth is over its limit. */
  LIMIT_EXCEEDED(114, Kind.INPUT),
  /** The source changed while it was read. */
  SOURCE_CHANGED(115, Kind.INPUT),
  /** Tensors that the configuration promises are absent, or there are more than it allows. */
  TENSOR_MISSING(116, Kind.INPUT),
  /** A JSON document breaks its grammar or is no object. */
  JSON_MALFORMED(117, Kind.INPUT),
  /** An array of a distributed checkpoint breaks zarr's grammar. */
  ZARR_MALFORMED(118, Kind.INPUT),
  /** A safetensors file breaks its grammar. */
  SAFETENSORS_MALFORMED(119, Kind.INPUT),

  /** No family claims the checkpoint. */
  FAMILY_UNKNOWN(201, Kind.INPUT),
  /** More than one family claims the checkpoint. */
  FAMILY_AMBIGUOUS(202, Kind.INPUT),
  /** The request can't be carried out; the message lists every reason. */
  PLAN_IMPOSSIBLE(203, Kind.PLAN),
  /** A size that can't divide what it must. */
  NOT_DIVISIBLE(204, Kind.PLAN),
  /** The family does not support this parallel dimension. */
  DIMENSION_UNSUPPORTED(205, Kind.PLAN),
  /** A tensor that no rule of the family matches. */
  TENSOR_UNMATCHED(206, Kind.INPUT),
  /** A tensor that several rules of the family match. */
  RULE_AMBIGUOUS(207, Kind.INPUT),
  /** A configuration says what the other side has no way to say. */
  NOT_EXPRESSIBLE(208, Kind.INPUT),

  /** A pickle names something forbidden, or has no known meaning where one is needed. */
  PICKLE_FORBIDDEN(301, Kind.SAFETY),
  /** A name or link leads outside its archive. */
  PATH_ESCAPE(302, Kind.SAFETY),
  /** The target exists and replacing it was not asked for. */
  TARGET_EXISTS(303, Kind.SAFETY),
  /** A cast would lose values and was not allowed to. */
  LOSSY_CAST(304, Kind.SAFETY),

  /** Reading failed. */
  READ_FAILED(401, Kind.INPUT),
  /** Writing failed. */
  WRITE_FAILED(402, Kind.RESOURCES),
  /** What was written does not read back as it should. */
  VERIFICATION_FAILED(403, Kind.VERIFICATION),
  /** The run was cancelled. */
  INTERRUPTED(404, Kind.INTERRUPTION),

  /** An adapter broke its contract. */
  ADAPTER_BROKEN(501, Kind.INPUT);

  /** What a code means to the caller. */
  public enum Kind {
    /** The input is unreadable, malformed or unsupported. */
    INPUT,
    /** Refused for safety. */
    SAFETY,
    /** Not enough disk or memory. */
    RESOURCES,
    /** The plan is impossible. */
    PLAN,
    /** Verification failed. */
    VERIFICATION,
    /** The user interrupted. */
    INTERRUPTION
  }

  private final int number;
  private final Kind kind;

  ErrorCode(int number, Kind kind) {
    this.number = number;
    this.kind = kind;
  }

  /**
   * What the code means to the caller.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The code as messages show it.
   *
   * @return for example {@code SW-204}
   */
  public String code() {
    return String.format(Locale.ROOT, "SW-%03d", number);
  }
}
