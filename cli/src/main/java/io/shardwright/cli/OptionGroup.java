package io.shardwright.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/** The sections in which help shows options; each lists its options in their order. */
enum OptionGroup {
  WHAT(
      "What to read and write",
      "--to --architecture --config --checkpoint-name --step --hparams-file --tokenizer-model"
          + " --tokenizer-vocab-file --tokenizer-merges-file --naming --layout --dtype --lora"
          + " --dequantize --no-optimizer --optimizer-kind --vocab-size --vocab-divisor --untie"
          + " --core-version --files --max-shard-size --family --family-file --adapter-path"
          + " --no-user-adapters"),
  PARALLELISM(
      "Parallelism",
      "--tp --pp --vp --ep --etp --dp --pp-first --pp-last --pp-layout --pp-split-rank"),
  OUTPUT(
      "Output",
      "--dry-run --overwrite --resume --mkdirs --part --plan --save --manifest --report --json"
          + " --quiet --verbose --no-progress --progress --color"),
  SAFETY(
      "Safety",
      "--no-verify --no-sync --allow-lossy --allow-guesses --skip-unreadable --unmatched"
          + " --unknown-globals --no-follow-links"),
  DEVICES("Devices", "--device --threads"),
  HELP("Help", "--help --help-limits --version");

  private final String heading;
  private final List<String> names;

  OptionGroup(String heading, String names) {
    this.heading = heading;
    this.names = List.of(names.split(" "));
  }

  String heading() {
    return heading;
  }

  /** The place of an option in the group; empty for one of another group. */
  Optional<Integer> place(OptionSpec option) {
    return Stream.of(option.names()).filter(names::contains).map(names::indexOf).findFirst();
  }

  /** The group of an option; empty for those that a command has for itself. */
  static Optional<OptionGroup> of(OptionSpec option) {
    return Stream.of(values()).filter(group -> group.place(option).isPresent()).findFirst();
  }
}
