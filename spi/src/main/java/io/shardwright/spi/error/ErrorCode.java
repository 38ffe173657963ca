package io.shardwright.spi.error;

import java.util.Locale;
import java.util.function.Function;

/**
 * Every reason for which Shardwright refuses or fails; the numbers are stable. docs/errors.md is
 * made of what each means, here, and its remedy.
 */
public enum ErrorCode {
  /** The path does not exist or is not a regular file or folder. */
  SOURCE_MISSING(101, Kind.INPUT, "Check the path; a relative path starts at the current folder."),
  /** No format reads the file. */
  FORMAT_UNKNOWN(
      102,
      Kind.INPUT,
      "Check that the file is a complete checkpoint; `adapters` lists the formats "
          + "that were found."),
  /** A tar archive breaks its grammar. */
  TAR_MALFORMED(
      103,
      Kind.INPUT,
      "Fetch or save the archive again; the message names the byte at which it breaks."),
  /** A zip archive breaks its grammar. */
  ZIP_MALFORMED(
      104,
      Kind.INPUT,
      "Fetch or save the file again; a run that was killed leaves one without its directory."),
  /** A pickle breaks its grammar. */
  PICKLE_MALFORMED(105, Kind.INPUT, "Fetch or save the file again."),
  /** A configuration breaks YAML's grammar or is not a map. */
  YAML_MALFORMED(106, Kind.INPUT, "Correct the named line, or fetch the file again."),
  /** A tensor lies outside its storage, or its numbers contradict each other. */
  TENSOR_MALFORMED(107, Kind.INPUT, "Fetch or save the file again; the file is not trustworthy."),
  /** The bytes do not match the checksum in their archive. */
  CHECKSUM_MISMATCH(108, Kind.INPUT, "Fetch the file again; it was damaged after it was written."),
  /** The archive holds no model configuration. */
  CONFIG_MISSING(
      109,
      Kind.INPUT,
      "Give the configuration with `"
          + Setting.HPARAMS_FILE.inText()
          + "`, or the folder that holds it."),
  /** The file of a rank is missing. */
  RANK_MISSING(
      110,
      Kind.INPUT,
      "Copy the missing ranks, or choose another step with `" + Setting.STEP.inText() + "`."),
  /** Two ranks differ where they must be equal. */
  RANKS_DISAGREE(
      111, Kind.INPUT, "Collect the files of one save; files of different saves were mixed."),
  /** The files contradict the parallel sizes of the configuration, or those given. */
  PARALLEL_SIZE_MISMATCH(
      112, Kind.INPUT, "Leave the source's sizes out, or correct them in the configuration."),
  /** The format is known, but this use of it is not supported. */
  UNSUPPORTED(
      113,
      Kind.INPUT,
      "Do what the message says, or save the checkpoint in another form; docs/supported.md lists"
          + " what is supported."),
  /** A size, count or depth is over its limit. */
  LIMIT_EXCEEDED(
      114, Kind.RESOURCES, "Raise the limit with the named option, if you trust the file."),
  /** The source changed while it was read. */
  SOURCE_CHANGED(115, Kind.INPUT, "Run again when no other program writes to the source."),
  /** Tensors that the configuration requires are missing, or the file has more than it allows. */
  TENSOR_MISSING(116, Kind.INPUT, "Complete the checkpoint, or correct the configuration."),
  /** A JSON document breaks its grammar or is not an object. */
  JSON_MALFORMED(117, Kind.INPUT, "Fetch or save the file again."),
  /** An array of a distributed checkpoint breaks zarr's grammar. */
  ZARR_MALFORMED(
      118,
      Kind.INPUT,
      "Save or copy the folder again; a save that was killed lacks `metadata.json`."),
  /** A safetensors file breaks its grammar. */
  SAFETENSORS_MALFORMED(119, Kind.INPUT, "Fetch or save the file again."),
  /** A torch file is not a zip of the expected content, or breaks the older format's grammar. */
  TORCH_MALFORMED(121, Kind.INPUT, "Fetch or save the file again."),
  /** Two sources of one value differ: a key in two places, two sets of weights, a tied pair. */
  SOURCES_DISAGREE(
      122,
      Kind.INPUT,
      "Remove the source that is wrong; `"
          + Setting.UNTIE.inText()
          + "` writes both tensors of a tied pair."),
  /** The configuration contradicts the tensors, or itself. */
  CONFIG_CONTRADICTED(
      123,
      Kind.INPUT,
      "Correct the named key, or give the configuration that belongs to the tensors."),
  /** A key of the configuration has a value of the wrong kind. */
  CONFIG_VALUE(124, Kind.INPUT, "Correct the named key."),
  /** Parts of a target are missing, so that it can't be completed. */
  PARTS_MISSING(125, Kind.INPUT, "Run the missing parts, then `finish` again."),
  /** A saved plan breaks its grammar, or is of another version. */
  PLAN_MALFORMED(126, Kind.INPUT, "Save the plan again with this version."),

  /** No family claims the checkpoint. */
  FAMILY_UNKNOWN(
      201,
      Kind.INPUT,
      "Add the family's jar with `"
          + Setting.ADAPTER_PATH.inText()
          + "`; `convert "
          + Setting.FORMAT.inText("safetensors")
          + "` needs no family."),
  /** More than one family claims the checkpoint. */
  FAMILY_AMBIGUOUS(202, Kind.INPUT, "Choose one with `" + Setting.FAMILY.inText() + "`."),
  /** The plan is impossible; the message lists every reason. */
  PLAN_IMPOSSIBLE(203, Kind.PLAN, "Choose one of the possible values that the message lists."),
  /** A parallel size does not divide the dimension that it cuts. */
  NOT_DIVISIBLE(204, Kind.PLAN, "Choose one of the sizes that the message lists."),
  /** The family does not support this parallel dimension. */
  DIMENSION_UNSUPPORTED(205, Kind.PLAN, "Leave that dimension at 1."),
  /** No rule of the family matches a tensor. */
  TENSOR_UNMATCHED(
      206,
      Kind.INPUT,
      "Check that the family is the right one; `"
          + Setting.REPLICATE_UNMATCHED.inText()
          + "` copies the "
          + "tensor to every rank."),
  /** Several rules of the family match one tensor. */
  RULE_AMBIGUOUS(207, Kind.INPUT, "Report it to the author of the family."),
  /** The target format cannot express a configuration value. */
  NOT_EXPRESSIBLE(208, Kind.INPUT, "Change the named key, if its meaning may be lost."),
  /** A family file breaks its grammar. */
  FAMILY_FILE_MALFORMED(
      209, Kind.INPUT, "Correct the named lines; `family-file.md` has the grammar."),
  /** A parameter of the family is in no layer of the checkpoint. */
  FAMILY_MISFIT(
      210, Kind.INPUT, "Correct the named key, or check that the family is the right one."),
  /** An option does not apply to the model. */
  OPTION_UNFIT(211, Kind.USAGE, "Leave the option out."),

  /** A pickle contains a forbidden name, or an unknown one where its meaning is needed. */
  PICKLE_FORBIDDEN(
      301,
      Kind.SAFETY,
      "Do not load the file with other tools; `"
          + Setting.PICKLE_IMPORTS.inText()
          + "` shows what it names."),
  /** A name or link leads outside its archive. */
  PATH_ESCAPE(302, Kind.SAFETY, "Do not extract the file with other tools."),
  /** The target exists, and the run may not replace it. */
  TARGET_EXISTS(
      303, Kind.SAFETY, "Choose another name, or allow `" + Setting.OVERWRITE.inText() + "`."),
  /** A cast would lose values, and that is not allowed. */
  LOSSY_CAST(
      304,
      Kind.SAFETY,
      "Allow it with `" + Setting.ALLOW_LOSSY.inText() + "`; what is lost is counted."),
  /** The target can't be written: no permission, a read-only disk, or no such folder. */
  TARGET_DENIED(
      305, Kind.SAFETY, "Choose a folder that you may write to; the target is unchanged."),
  /** A row of the family is a guess, and using it is not allowed. */
  ROW_GUESSED(
      306,
      Kind.SAFETY,
      "Compare the row with the model's source and delete `guess: true`, or allow it with `"
          + Setting.ALLOW_GUESSES.inText()
          + "`."),
  /** The requested plan differs from the saved one, or from the plan of the other parts. */
  PLAN_DIFFERS(
      307,
      Kind.SAFETY,
      "Use the same options for all parts; to start over, remove the folder that the message"
          + " names."),

  /** Reading failed. */
  READ_FAILED(401, Kind.INPUT, "Check permissions and the disk."),
  /** Writing failed. */
  WRITE_FAILED(
      402, Kind.RESOURCES, "Check the disk or the store, and run again; the target is unchanged."),
  /** The written data differs when it is read back. */
  VERIFICATION_FAILED(
      403, Kind.VERIFICATION, "Check the disk and run again; the target is unchanged."),
  /** The run was cancelled. */
  INTERRUPTED(
      404,
      Kind.INTERRUPTION,
      "Run again, with `"
          + Setting.RESUME.inText()
          + "` to continue completed work; the target is unchanged."),
  /** The disk is full, or a quota is used up. */
  DISK_FULL(
      405,
      Kind.RESOURCES,
      "Make room or choose another disk, and run again; the target is unchanged."),
  /** There is not enough memory. */
  MEMORY_EXHAUSTED(
      406,
      Kind.RESOURCES,
      "Give Java more with `-Xmx`, or use fewer `"
          + Setting.THREADS.inText()
          + "`; the target is unchanged."),
  /** A server did not answer, or ended the connection, after several attempts. */
  NETWORK_FAILED(407, Kind.INPUT, "Check the network and the address, and run again later."),
  /** A server refused access. */
  ACCESS_REFUSED(408, Kind.INPUT, "Give the credentials that docs/remote.md names."),

  /** An adapter broke its contract. */
  ADAPTER_BROKEN(
      501, Kind.INPUT, "Report it to the author of the adapter; the message names its jar."),

  /** DJL or PyTorch's native library, which the device needs, was not found. */
  NATIVE_MISSING(
      601,
      Kind.DEVICE,
      "Install it in one of the ways that the message lists, or choose `"
          + Setting.DEVICE.inText("jvm")
          + "`."),
  /** PyTorch's native library can't be loaded, or has the wrong version. */
  NATIVE_BROKEN(
      602,
      Kind.DEVICE,
      "Install the version that the message names, or choose `"
          + Setting.DEVICE.inText("jvm")
          + "`."),
  /** The device does not exist. */
  DEVICE_MISSING(
      603, Kind.DEVICE, "Choose an existing device, or `" + Setting.DEVICE.inText("jvm") + "`."),
  /** The device failed during the run. */
  DEVICE_FAILED(
      604,
      Kind.RESOURCES,
      "Run again, or choose `" + Setting.DEVICE.inText("jvm") + "`; the target is unchanged."),
  /** The device does not have enough free memory. */
  DEVICE_FULL(
      605,
      Kind.RESOURCES,
      "Use fewer `" + Setting.THREADS.inText() + "`, or wait until other programs release memory.");

  /** The kinds of failures, by what they mean to the caller. */
  public enum Kind {
    /** The input is unreadable, malformed or unsupported. */
    INPUT,
    /** Refused for safety. */
    SAFETY,
    /** Not enough disk or memory. */
    RESOURCES,
    /** The plan is impossible. */
    PLAN,
    /** An option does not go with the input. */
    USAGE,
    /** Verification failed. */
    VERIFICATION,
    /** The user interrupted. */
    INTERRUPTION,
    /** The device that was asked for can't be used here. */
    DEVICE
  }

  private final int number;
  private final Kind kind;
  private final String remedy;

  ErrorCode(int number, Kind kind, String remedy) {
    this.number = number;
    this.kind = kind;
    this.remedy = remedy;
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
   * What the user can do, whatever the file, in the API's words.
   *
   * @return sentences, in Markdown
   */
  public String remedy() {
    return remedy(Remedy::toString);
  }

  /**
   * What the user can do, whatever the file, in a caller's words.
   *
   * @param words what a setting is called
   * @return sentences, in Markdown
   */
  public String remedy(Function<Remedy, String> words) {
    return Remedy.say(remedy, words);
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
