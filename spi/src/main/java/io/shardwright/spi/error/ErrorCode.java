package io.shardwright.spi.error;

import java.util.Locale;
import java.util.function.Function;

/**
 * Every reason for which Shardwright refuses or fails; the numbers are stable. docs/errors.md is
 * made of what each means, here, and its remedy.
 */
public enum ErrorCode {
  /** The path does not exist or is no regular file or folder. */
  SOURCE_MISSING(101, Kind.INPUT, "Check the path; it is taken from the folder you are in."),
  /** No format reads the file. */
  FORMAT_UNKNOWN(
      102,
      Kind.INPUT,
      "Check that the file is a checkpoint and whole; `adapters` lists the formats "
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
  /** A configuration breaks YAML's grammar or is no map. */
  YAML_MALFORMED(106, Kind.INPUT, "Correct the line that is named, or fetch the file again."),
  /** A tensor lies outside its storage, or its numbers contradict each other. */
  TENSOR_MALFORMED(107, Kind.INPUT, "Fetch or save the file again; nothing of it can be trusted."),
  /** Bytes do not have the checksum that their archive states. */
  CHECKSUM_MISMATCH(108, Kind.INPUT, "Fetch the file again; it was damaged after it was written."),
  /** The archive holds no model configuration. */
  CONFIG_MISSING(
      109,
      Kind.INPUT,
      "Give the configuration with `"
          + Setting.HPARAMS_FILE.inText()
          + "`, or the folder that holds it."),
  /** A rank's file is absent. */
  RANK_MISSING(
      110,
      Kind.INPUT,
      "Copy the missing ranks, or choose another step with `" + Setting.STEP.inText() + "`."),
  /** Two ranks disagree on what must be equal. */
  RANKS_DISAGREE(
      111, Kind.INPUT, "Collect the ranks of one and the same save; files of several were mixed."),
  /** The files contradict the parallel sizes of the configuration, or those given. */
  PARALLEL_SIZE_MISMATCH(
      112, Kind.INPUT, "Leave the source's sizes out, or correct them in the configuration."),
  /** The format is known and this use of it is not supported. */
  UNSUPPORTED(
      113,
      Kind.INPUT,
      "Do what the message says, or save it in another form; docs/supported.md lists what is"
          + " supported."),
  /** A size, count or depth is over its limit. */
  LIMIT_EXCEEDED(
      114, Kind.RESOURCES, "Raise the limit with the option that is named, if you trust the file."),
  /** The source changed while it was read. */
  SOURCE_CHANGED(115, Kind.INPUT, "Run again when nobody writes to the source."),
  /** Tensors that the configuration promises are absent, or there are more than it allows. */
  TENSOR_MISSING(116, Kind.INPUT, "Complete the checkpoint, or correct the configuration."),
  /** A JSON document breaks its grammar or is no object. */
  JSON_MALFORMED(117, Kind.INPUT, "Fetch or save the file again."),
  /** An array of a distributed checkpoint breaks zarr's grammar. */
  ZARR_MALFORMED(
      118,
      Kind.INPUT,
      "Save or copy the folder again; a save that was killed lacks `metadata.json`."),
  /** A safetensors file breaks its grammar. */
  SAFETENSORS_MALFORMED(119, Kind.INPUT, "Fetch or save the file again."),
  /** A torch file is no zip of the expected content, or breaks the older format's grammar. */
  TORCH_MALFORMED(121, Kind.INPUT, "Fetch or save the file again."),
  /** Two sources of one fact disagree: a key in two places, two sets of weights, a tied pair. */
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
      "Correct the key that is named, or give the configuration that belongs to the tensors."),
  /** A key of the configuration has a value of another kind than it needs. */
  CONFIG_VALUE(124, Kind.INPUT, "Correct the key that is named."),
  /** Parts of a target are absent, so that it can't be completed. */
  PARTS_MISSING(125, Kind.INPUT, "Run the parts that are named, then `finish` again."),
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
          + "` needs none."),
  /** More than one family claims the checkpoint. */
  FAMILY_AMBIGUOUS(202, Kind.INPUT, "Choose one with `" + Setting.FAMILY.inText() + "`."),
  /** The request can't be carried out; the message lists every reason. */
  PLAN_IMPOSSIBLE(203, Kind.PLAN, "Change the request by the legal values that are named."),
  /** A size that can't divide what it must. */
  NOT_DIVISIBLE(204, Kind.PLAN, "Choose one of the sizes that are named."),
  /** The family does not support this parallel dimension. */
  DIMENSION_UNSUPPORTED(205, Kind.PLAN, "Leave that dimension at 1."),
  /** A tensor that no rule of the family matches. */
  TENSOR_UNMATCHED(
      206,
      Kind.INPUT,
      "Check that the family is the right one; `"
          + Setting.REPLICATE_UNMATCHED.inText()
          + "` copies the "
          + "tensor to every rank."),
  /** A tensor that several rules of the family match. */
  RULE_AMBIGUOUS(207, Kind.INPUT, "Report it to the author of the family."),
  /** A configuration says what the other side has no way to say. */
  NOT_EXPRESSIBLE(208, Kind.INPUT, "Change the key that is named, if its meaning may be lost."),
  /** A family file breaks its grammar. */
  FAMILY_FILE_MALFORMED(
      209, Kind.INPUT, "Correct the lines that are named; `family-file.md` has the grammar."),
  /** A parameter of the family is in no layer of the checkpoint. */
  FAMILY_MISFIT(
      210, Kind.INPUT, "Correct the key that is named, or check that the family is the right one."),
  /** An option that has no meaning for the model. */
  OPTION_UNFIT(211, Kind.USAGE, "Leave the option out."),

  /** A pickle names something forbidden, or has no known meaning where one is needed. */
  PICKLE_FORBIDDEN(
      301,
      Kind.SAFETY,
      "Do not load the file with other tools; `"
          + Setting.PICKLE_IMPORTS.inText()
          + "` shows what it names."),
  /** A name or link leads outside its archive. */
  PATH_ESCAPE(302, Kind.SAFETY, "Do not extract the file with other tools."),
  /** The target exists and replacing it was not asked for. */
  TARGET_EXISTS(
      303, Kind.SAFETY, "Choose another name, or allow `" + Setting.OVERWRITE.inText() + "`."),
  /** A cast would lose values and was not allowed to. */
  LOSSY_CAST(
      304,
      Kind.SAFETY,
      "Allow it with `" + Setting.ALLOW_LOSSY.inText() + "`; what is lost is counted."),
  /** Nothing may be written there: no permission, a read-only disk, or no folder. */
  TARGET_DENIED(
      305, Kind.SAFETY, "Choose a folder that you may write to; the target is as it was before."),
  /** A row of the family is a guess, and using it was not allowed. */
  ROW_GUESSED(
      306,
      Kind.SAFETY,
      "Read the row against the model's source and delete `guess: true`, or allow it with `"
          + Setting.ALLOW_GUESSES.inText()
          + "`."),
  /** What is asked for is another plan than the one that was saved or that other parts follow. */
  PLAN_DIFFERS(
      307,
      Kind.SAFETY,
      "Say the same to all parts; to begin anew, remove the folder that is named."),

  /** Reading failed. */
  READ_FAILED(401, Kind.INPUT, "Check permissions and the disk."),
  /** Writing failed. */
  WRITE_FAILED(
      402, Kind.RESOURCES, "Check the disk and run again; the target is as it was before."),
  /** What was written does not read back as it should. */
  VERIFICATION_FAILED(
      403, Kind.VERIFICATION, "Check the disk and run again; the target is as it was before."),
  /** The run was cancelled. */
  INTERRUPTED(
      404,
      Kind.INTERRUPTION,
      "Run again, with `"
          + Setting.RESUME.inText()
          + "` to go on with what is done; the target is as it was "
          + "before."),
  /** The disk is full, or a quota is used up. */
  DISK_FULL(
      405,
      Kind.RESOURCES,
      "Make room or choose another disk, and run again; the target is as it was before."),
  /** There is not enough memory. */
  MEMORY_EXHAUSTED(
      406,
      Kind.RESOURCES,
      "Give Java more with `-Xmx`, or use fewer `"
          + Setting.THREADS.inText()
          + "`; the target is as it was before."),
  /** A server did not answer, or broke off, as often as it was asked. */
  NETWORK_FAILED(407, Kind.INPUT, "Check the network and the address, and run again later."),
  /** A server gives this to others only. */
  ACCESS_REFUSED(408, Kind.INPUT, "Give the credentials that docs/remote.md names."),

  /** An adapter broke its contract. */
  ADAPTER_BROKEN(
      501, Kind.INPUT, "Report it to the author of the adapter; the message names its jar."),

  /** DJL or PyTorch's native library, which the device needs, was not found. */
  NATIVE_MISSING(
      601,
      Kind.DEVICE,
      "Get it in one of the ways that the message names, or choose `"
          + Setting.DEVICE.inText("jvm")
          + "`."),
  /** PyTorch's native library can't be loaded, or is not the one that is needed. */
  NATIVE_BROKEN(
      602,
      Kind.DEVICE,
      "Get the version that is named, whole, or choose `" + Setting.DEVICE.inText("jvm") + "`."),
  /** There is no such device. */
  DEVICE_MISSING(
      603, Kind.DEVICE, "Choose one that is there, or `" + Setting.DEVICE.inText("jvm") + "`."),
  /** The device failed while it worked. */
  DEVICE_FAILED(
      604,
      Kind.RESOURCES,
      "Run again, or choose `"
          + Setting.DEVICE.inText("jvm")
          + "`; the target is as it was before."),
  /** The device has too little free memory. */
  DEVICE_FULL(
      605,
      Kind.RESOURCES,
      "Use fewer `" + Setting.THREADS.inText() + "`, or wait until others have left it.");

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
