package io.shardwright.core.policy;

/**
 * The limits on what an untrusted file may contain. The defaults are far above what real
 * checkpoints were seen to need; a file that exceeds a limit is refused, and the message names the
 * limit.
 */
public enum Limit {
  /** Entries of one archive, zip or folder, and ranks of one grid. */
  ENTRIES(
      262_144,
      10_000_000,
      Unit.COUNT,
      "entries",
      "folders of zarr arrays have tens of thousands of files"),
  /** Bytes of one entry's name. */
  NAME_BYTES(4_096, 1 << 16, Unit.BYTES, "bytes in an entry's name", "no path is longer"),
  /** Parts of one entry's name. */
  PATH_DEPTH(64, 4_096, Unit.COUNT, "folders in an entry's name", "no tree is deeper"),
  /** Bytes of one header that describes an entry, such as pax records or a gzip name. */
  ARCHIVE_HEADER_BYTES(
      1 << 20, 1 << 30, Unit.BYTES, "bytes in a header", "a long name needs a few thousand"),
  /** Bytes of one configuration: YAML, or a small JSON document. */
  CONFIG_BYTES(
      16 << 20,
      1 << 30,
      Unit.BYTES,
      "bytes of configuration",
      "speech models keep vocabularies in it"),
  /** Nodes of one configuration, each counted as often as it is referred to. */
  YAML_NODES(
      2_000_000,
      100_000_000,
      Unit.COUNT,
      "nodes, aliases and references followed",
      "an alias can multiply its node"),
  /** Nesting of one configuration. */
  YAML_DEPTH(100, 500, Unit.COUNT, "levels of YAML", "no configuration is deeper"),
  /** Characters between two blanks of one configuration. */
  YAML_WORD(
      1 << 16,
      1 << 24,
      Unit.COUNT,
      "characters without a blank",
      "the YAML library takes time that grows with the square"),
  /** Aliases in one configuration. */
  YAML_ALIASES(10_000, 1_000_000, Unit.COUNT, "aliases", "NeMo's configurations have none"),
  /** Bytes of one JSON document, such as a safetensors header. */
  JSON_BYTES(
      100_000_000,
      Integer.MAX_VALUE,
      Unit.BYTES,
      "bytes of JSON",
      "the safetensors format has this cap itself"),
  /** Nesting of one JSON document. */
  JSON_DEPTH(64, 1_000, Unit.COUNT, "levels of JSON", "no document is deeper"),
  /** Tensors of one file. */
  TENSORS(1_000_000, 100_000_000, Unit.COUNT, "tensors", "no checkpoint has more"),
  /** Bytes of one pickle. */
  PICKLE_BYTES(
      256L << 20, 1L << 40, Unit.BYTES, "bytes of pickle", "a million tensors need about 200 MB"),
  /** Operations of one pickle. */
  PICKLE_OPS(
      200_000_000, 1L << 40, Unit.COUNT, "operations", "far more than a million tensors take"),
  /** Memo cells of one pickle, and values on its stack. */
  PICKLE_MEMO(
      16_000_000,
      1L << 31,
      Unit.COUNT,
      "memo cells or values on the stack",
      "a tensor needs about 13"),
  /** Nesting of one pickle's values. */
  PICKLE_DEPTH(1_000, 1 << 24, Unit.COUNT, "levels of values", "Python's own limit"),
  /** Bytes of one string in a pickle or a document. */
  STRING_BYTES(64 << 20, 1 << 30, Unit.BYTES, "bytes in a string", "states of layers"),
  /** Bytes of one integer, or digits of one number. */
  INT_BYTES(1_024, 1 << 16, Unit.BYTES, "bytes or digits in a number", "seeds"),
  /** Axes of one tensor. */
  RANK(64, 1_024, Unit.COUNT, "axes", "PyTorch and NumPy have no more"),
  /** Bytes of one tensor's values. */
  TENSOR_BYTES(1L << 40, 1L << 60, Unit.BYTES, "bytes in a tensor", "no weight is larger"),
  /** Bytes that tensors have beyond those stored: rows that stand for many, shared storages. */
  EXPAND_BYTES(
      1L << 30,
      1L << 60,
      Unit.BYTES,
      "bytes more in tensors than are stored",
      "expanded masks are small"),
  /** Runs of neighbouring elements that tensors are gathered from, beyond the bytes stored. */
  STRIDE_RUNS(
      16_000_000,
      1L << 60,
      Unit.COUNT,
      "runs of elements more than bytes are stored",
      "a transposed weight has one for each stored element"),
  /**
   * Bytes of the merges that are derived from a SentencePiece model, each with its text. Real
   * vocabularies of 32,000 pieces have 60,000 merges in 1.4 MB; one of 256,000 has eight times as
   * many, and runs of up to 31 blanks add 465 each.
   */
  MERGE_BYTES(
      64 << 20, 1 << 30, Unit.BYTES, "bytes of merges", "a vocabulary of 256,000 has about 12 MB"),
  /**
   * How often larger unpacked bytes may be than packed ones: above 256 MiB, and for pickles, YAML
   * and JSON above 4 MiB. Pickles that torch wrote shrink 3 to 8 times.
   */
  INFLATE_RATIO(
      100,
      1_000_000,
      Unit.RATIO,
      "times the packed size",
      "pickles shrink 3 to 8 times, weights less; 0 switches it off"),
  /** Bytes of one compressed archive when it is unpacked. */
  SPOOL_BYTES(
      Limits.OF_THE_MACHINE,
      Long.MAX_VALUE,
      Unit.BYTES,
      "bytes to unpack",
      "the disk's free space minus 1 GiB"),
  /** Bytes of memory that headers and pickles may take together, as estimated while reading. */
  HEAP_BYTES(
      Limits.OF_THE_MACHINE,
      Long.MAX_VALUE,
      Unit.BYTES,
      "bytes of memory for headers",
      "half of Java's heap");

  /** The units in which limits are given. */
  public enum Unit {
    /** A number of things. */
    COUNT,
    /** A number of bytes; options also take texts such as {@code 16MiB}. */
    BYTES,
    /** A quotient of two sizes. */
    RATIO
  }

  private final long standard;
  private final long highest;
  private final Unit unit;
  private final String counted;
  private final String reason;

  Limit(long standard, long highest, Unit unit, String counted, String reason) {
    this.standard = standard;
    this.highest = highest;
    this.unit = unit;
    this.counted = counted;
    this.reason = reason;
  }

  /**
   * Returns the default.
   *
   * @return a number of {@link #unit}; {@link Limits#OF_THE_MACHINE} if it depends on memory or
   *     disk
   */
  public long standard() {
    return standard;
  }

  /**
   * Returns the largest value to which the limit can be raised.
   *
   * @return the largest value that {@link Limits#with} accepts
   */
  public long highest() {
    return highest;
  }

  /**
   * Returns the unit of the limit's number.
   *
   * @return the unit
   */
  public Unit unit() {
    return unit;
  }

  /**
   * Returns the name of the things that are counted, for messages.
   *
   * @return a plural without a number
   */
  public String counted() {
    return counted;
  }

  /**
   * Returns the reason for the default.
   *
   * @return a phrase
   */
  public String reason() {
    return reason;
  }
}
