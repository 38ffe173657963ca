package io.shardwright.bench.report;

/** Figures of one unit. */
public enum Group {
  /** Wall time. */
  WALL("Wall time against `cp`", "×", 2),
  /** Wall time of other devices. */
  DEVICES("Wall time through PyTorch against `--device jvm`", "×", 2),
  /** Read and written. */
  BYTES("Bytes read and written against the files' sizes", "×", 3),
  /** Resident. */
  MEMORY("Peak resident memory", "MB", 0),
  /** Wall time of what moves nothing. */
  START("Start-up, inspection and plans", "s", 2),
  /** Equal outputs. */
  SAME("Outputs that differ from the first", "", 0),
  /** JMH. */
  LOOPS("Inner loops (JMH, one thread)", "MiB/s", 0);

  private final String title;
  private final String unit;
  private final int decimals;

  Group(String title, String unit, int decimals) {
    this.title = title;
    this.unit = unit;
    this.decimals = decimals;
  }

  /** A heading. */
  public String title() {
    return title;
  }

  /** What is counted. */
  public String unit() {
    return unit;
  }

  String format(double value) {
    return String.format(java.util.Locale.ROOT, "%." + decimals + "f", value);
  }
}
