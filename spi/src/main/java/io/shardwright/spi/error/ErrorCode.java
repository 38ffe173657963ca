package io.shardwright.spi.error;

import java.util.Locale;

/**
 * Every reason for which Shardwright refuses or fails; the numbers are stable. Each says what it
 * means and then what to do; docs/errors.md is made from that.
 */
public enum ErrorCode {
  /**
   * The path does not exist or is no regular file or folder.
   *
   * <p>Check the path; it is taken from the folder you are in.
   */
  SOURCE_MISSING(101, Kind.INPUT),
  /**
   * No format reads the file.
   *
   * <p>Check that the file is a checkpoint and whole; {@code adapters} lists the formats that were
   * found.
   */
  FORMAT_UNKNOWN(102, Kind.INPUT),
  /**
   * A tar archive breaks its grammar.
   *
   * <p>Fetch or save the archive again; the message names the byte at which it breaks.
   */
  TAR_MALFORMED(103, Kind.INPUT),
  /**
   * A zip archive breaks its grammar.
   *
   * <p>Fetch or save the file again; a run that was killed leaves one without its directory.
   */
  ZIP_MALFORMED(104, Kind.INPUT),
  /**
   * A pickle breaks its grammar.
   *
   * <p>Fetch or save the file again.
   */
  PICKLE_MALFORMED(105, Kind.INPUT),
  /**
   * A configuration breaks YAML's grammar or is no map.
   *
   * <p>Correct the line that is named, or fetch the file again.
   */
  YAML_MALFORMED(106, Kind.INPUT),
  /**
   * A tensor lies outside its storage, or its numbers contradict each other.
   *
   * <p>Fetch or save the file again; nothing of it can be trusted.
   */
  TENSOR_MALFORMED(107, Kind.INPUT),
  /**
   * Bytes do not have the checksum that their archive states.
   *
   * <p>Fetch the file again; it was damaged after it was written.
   */
  CHECKSUM_MISMATCH(108, Kind.INPUT),
  /**
   * The archive holds no model configuration.
   *
   * <p>Give the configuration with {@code --hparams-file}, or the folder that holds it.
   */
  CONFIG_MISSING(109, Kind.INPUT),
  /**
   * A rank's file is absent.
   *
   * <p>Copy the missing ranks, or choose another step with {@code --step}.
   */
  RANK_MISSING(110, Kind.INPUT),
  /**
   * Two ranks disagree on what must be equal.
   *
   * <p>Collect the ranks of one and the same save; files of several were mixed.
   */
  RANKS_DISAGREE(111, Kind.INPUT),
  /**
   * The files contradict the parallel sizes of the configuration, or those given.
   *
   * <p>Leave the source's sizes out, or correct them in the configuration.
   */
  PARALLEL_SIZE_MISMATCH(112, Kind.INPUT),
  /**
   * The format is known and this use of it is not supported.
   *
   * <p>Do what the message says, or save it in another form; what is supported stands in the
   * README.
   */
  UNSUPPORTED(113, Kind.INPUT),
  /**
   * A size, count or depth is over its limit.
   *
   * <p>Raise the limit with the option that is named, if you trust the file.
   */
  LIMIT_EXCEEDED(114, Kind.RESOURCES),
  /**
   * The source changed while it was read.
   *
   * <p>Run again when nobody writes to the source.
   */
  SOURCE_CHANGED(115, Kind.INPUT),
  /**
   * Tensors that the configuration promises are absent, or there are more than it allows.
   *
   * <p>Complete the checkpoint, or correct the configuration.
   */
  TENSOR_MISSING(116, Kind.INPUT),
  /**
   * A JSON document breaks its grammar or is no object.
   *
   * <p>Fetch or save the file again.
   */
  JSON_MALFORMED(117, Kind.INPUT),
  /**
   * An array of a distributed checkpoint breaks zarr's grammar.
   *
   * <p>Save or copy the folder again; a save that was killed lacks {@code metadata.json}.
   */
  ZARR_MALFORMED(118, Kind.INPUT),
  /**
   * A safetensors file breaks its grammar.
   *
   * <p>Fetch or save the file again.
   */
  SAFETENSORS_MALFORMED(119, Kind.INPUT),
  /**
   * A torch file is no zip of the expected content, or breaks the older format's grammar.
   *
   * <p>Fetch or save the file again.
   */
  TORCH_MALFORMED(121, Kind.INPUT),

  /**
   * No family claims the checkpoint.
   *
   * <p>Add the family's jar with {@code --adapter-path}; {@code convert --to safetensors} needs
   * none.
   */
  FAMILY_UNKNOWN(201, Kind.INPUT),
  /**
   * More than one family claims the checkpoint.
   *
   * <p>Choose one with {@code --family}.
   */
  FAMILY_AMBIGUOUS(202, Kind.INPUT),
  /**
   * The request can't be carried out; the message lists every reason.
   *
   * <p>Change the request by the legal values that are named.
   */
  PLAN_IMPOSSIBLE(203, Kind.PLAN),
  /**
   * A size that can't divide what it must.
   *
   * <p>Choose one of the sizes that are named.
   */
  NOT_DIVISIBLE(204, Kind.PLAN),
  /**
   * The family does not support this parallel dimension.
   *
   * <p>Leave that dimension at 1.
   */
  DIMENSION_UNSUPPORTED(205, Kind.PLAN),
  /**
   * A tensor that no rule of the family matches.
   *
   * <p>Check that the family is the right one; {@code --unmatched replicate} copies the tensor to
   * every rank.
   */
  TENSOR_UNMATCHED(206, Kind.INPUT),
  /**
   * A tensor that several rules of the family match.
   *
   * <p>Report it to the author of the family.
   */
  RULE_AMBIGUOUS(207, Kind.INPUT),
  /**
   * A configuration says what the other side has no way to say.
   *
   * <p>Change the key that is named, if its meaning may be lost.
   */
  NOT_EXPRESSIBLE(208, Kind.INPUT),
  /**
   * A family file breaks its grammar.
   *
   * <p>Correct the lines that are named; {@code family-file.md} has the grammar.
   */
  FAMILY_FILE_MALFORMED(209, Kind.INPUT),

  /**
   * A pickle names something forbidden, or has no known meaning where one is needed.
   *
   * <p>Do not load the file with other tools; {@code inspect --pickle} shows what it names.
   */
  PICKLE_FORBIDDEN(301, Kind.SAFETY),
  /**
   * A name or link leads outside its archive.
   *
   * <p>Do not extract the file with other tools.
   */
  PATH_ESCAPE(302, Kind.SAFETY),
  /**
   * The target exists and replacing it was not asked for.
   *
   * <p>Choose another name, or replace it with {@code --overwrite}.
   */
  TARGET_EXISTS(303, Kind.SAFETY),
  /**
   * A cast would lose values and was not allowed to.
   *
   * <p>Allow it with {@code --allow-lossy}; what is lost is counted.
   */
  LOSSY_CAST(304, Kind.SAFETY),

  /**
   * Reading failed.
   *
   * <p>Check permissions and the disk.
   */
  READ_FAILED(401, Kind.INPUT),
  /**
   * Writing failed.
   *
   * <p>Make room, check permissions, and run again; the target is as it was before.
   */
  WRITE_FAILED(402, Kind.RESOURCES),
  /**
   * What was written does not read back as it should.
   *
   * <p>Check the disk and run again; the target is as it was before.
   */
  VERIFICATION_FAILED(403, Kind.VERIFICATION),
  /**
   * The run was cancelled.
   *
   * <p>Run again, with {@code --resume} to go on with what is done; the target is as it was before.
   */
  INTERRUPTED(404, Kind.INTERRUPTION),
  /**
   * The disk is full, or a quota is used up.
   *
   * <p>Make room or choose another disk, and run again; the target is as it was before.
   */
  DISK_FULL(405, Kind.RESOURCES),
  /**
   * There is not enough memory.
   *
   * <p>Give Java more with {@code -Xmx}, or use fewer {@code --threads}; the target is as it was
   * before.
   */
  MEMORY_EXHAUSTED(406, Kind.RESOURCES),

  /**
   * An adapter broke its contract.
   *
   * <p>Report it to the author of the adapter; the message names its jar.
   */
  ADAPTER_BROKEN(501, Kind.INPUT),

  /**
   * PyTorch's native library, which the device needs, was not found.
   *
   * <p>Get it in one of the ways that the message names, or choose {@code --device jvm}.
   */
  NATIVE_MISSING(601, Kind.DEVICE),
  /**
   * PyTorch's native library can't be loaded, or is not the one that is needed.
   *
   * <p>Get the version that is named, whole, or choose {@code --device jvm}.
   */
  NATIVE_BROKEN(602, Kind.DEVICE),
  /**
   * There is no such device.
   *
   * <p>Choose one that is there, or {@code --device jvm}.
   */
  DEVICE_MISSING(603, Kind.DEVICE),
  /**
   * The device failed while it worked.
   *
   * <p>Run again, or choose {@code --device jvm}; the target is as it was before.
   */
  DEVICE_FAILED(604, Kind.RESOURCES),
  /**
   * The device has too little free memory.
   *
   * <p>Use fewer {@code --threads}, or wait until others have left it.
   */
  DEVICE_FULL(605, Kind.RESOURCES);

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
    INTERRUPTION,
    /** The device that was asked for can't be used here. */
    DEVICE
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
