package io.shardwright.cli;

import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.Setting;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** The library's settings as options of a command: the one place that knows both. */
record Flags(CommandSpec command, TypedOptions typed) implements Function<Remedy, String> {
  /** A refusal's message, and which command has the option where this one lacks it. */
  String message(CheckpointException refusal) {
    String message = refusal.message(this);
    var options = refusal.remedies().stream().map(Flags::words).map(Flags::option).toList();
    return message + typed.elsewhere(options, message, command);
  }

  @Override
  public String apply(Remedy remedy) {
    String words = words(remedy);
    String option = option(words);
    return named(option) + words.substring(option.length());
  }

  /** An option as it was typed. */
  String named(String option) {
    return typed.named(option, command);
  }

  /** The option that raises a limit. */
  static String of(Limit limit) {
    return limit(limit.name());
  }

  private static String limit(String name) {
    return "--max-" + name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As the command of all options spells it. */
  static String words(Remedy remedy) {
    String value = remedy.value().orElse("");
    return remedy.setting() == Setting.LIMIT
        ? limit(value)
        : flag(remedy.setting()) + (value.isEmpty() ? "" : " " + value);
  }

  private static String option(String words) {
    return words.split(" ", 2)[0];
  }

  private static String flag(Setting setting) {
    return switch (setting) {
      case ADAPTER_PATH -> "--adapter-path";
      case ALLOW_GUESSES -> "--allow-guesses";
      case ALLOW_LOSSY -> "--allow-lossy";
      case ALL_PARTS -> "--all";
      case ARCHITECTURE -> "--architecture";
      case DEQUANTIZE -> "--dequantize";
      case CONFIG -> "--config";
      case CORE_VERSION -> "--core-version";
      case DATA_PARALLEL -> "--dp";
      case DEVICE -> "--device";
      case DTYPE -> "--dtype";
      case FAMILY -> "--family";
      case FAMILY_FILE -> "--family-file";
      case FILES -> "--files";
      case FIRST_STAGE_LAYERS -> "--pp-first";
      case FORMAT -> "--to";
      case HPARAMS_FILE -> "--hparams-file";
      case LAST_STAGE_LAYERS -> "--pp-last";
      case LAYOUT -> "--layout";
      case LIMIT -> limit("…");
      case LORA -> "--lora";
      case MAX_SHARD_BYTES -> "--max-shard-size";
      case MKDIRS -> "--mkdirs";
      case NAMING -> "--naming";
      case NO_LINKS -> "--no-follow-links";
      case NO_OPTIMIZER -> "--no-optimizer";
      case OPTIMIZER_KIND -> "--optimizer-kind";
      case OVERWRITE -> "--overwrite";
      case PICKLE_IMPORTS -> "inspect --pickle";
      case PIPELINE_LAYOUT -> "--pp-layout";
      case REPLICATE_UNMATCHED -> "--unmatched replicate";
      case RESUME -> "--resume";
      case SKIP_UNREADABLE -> "--skip-unreadable";
      case SPLIT_RANK -> "--pp-split-rank";
      case STEP -> "--step";
      case THREADS -> "--threads";
      case TOKENIZER_MERGES_FILE -> "--tokenizer-merges-file";
      case TOKENIZER_MODEL -> "--tokenizer-model";
      case TOKENIZER_VOCAB_FILE -> "--tokenizer-vocab-file";
      case UNKNOWN_GLOBALS -> "--unknown-globals";
      case UNTIE -> "--untie";
      case VOCAB_DIVISOR -> "--vocab-divisor";
      case VOCAB_SIZE -> "--vocab-size";
    };
  }
}
