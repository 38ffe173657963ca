package io.shardwright.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/** How the program is run, and what it is measured against. */
enum Mode {
  /** Moves bytes and nothing else; against {@code cp}. */
  BARE("without verification", List.of("--no-sync", "--no-verify"), 0.4),
  /** Reads its target again; against {@code cp}. */
  VERIFIED("with verification", List.of("--no-sync"), 0.4),
  /** As users start it; against {@code cp} and {@code sync}, and with nothing taken off. */
  SYNCED("verified and forced to disk", List.of(), 0);

  private static final double MOST_VERIFIED = 2.5;
  private static final double MOST_SYNCED = 1.3;

  private final String words;
  private final List<String> options;
  private final double allowance;

  Mode(String words, List<String> options, double allowance) {
    this.words = words;
    this.options = options;
    this.allowance = allowance;
  }

  String words() {
    return words;
  }

  List<String> options() {
    return options;
  }

  /** The program's time without its JVM's start, in copies. */
  double ratio(double tool, double copy) {
    return (tool - allowance) / copy;
  }

  /** The copy it is measured against. */
  List<String> copy(Path from, Path to) {
    return this == SYNCED
        ? List.of(
            "sh",
            "-c",
            "cp -r \"$1\" \"$2\" && find \"$2\" -type f -exec sync {} +",
            "sh",
            from.toString(),
            to.toString())
        : List.of("cp", "-r", from.toString(), to.toString());
  }

  OptionalDouble limit(OptionalDouble bare) {
    return switch (this) {
      case BARE -> bare;
      case VERIFIED -> OptionalDouble.of(MOST_VERIFIED);
      case SYNCED -> OptionalDouble.of(MOST_SYNCED);
    };
  }
}
