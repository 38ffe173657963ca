package io.shardwright.core.outline;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The tokenizer that a checkpoint's configuration names.
 *
 * @param library the library that reads it, such as {@code sentencepiece}
 * @param type the type, such as the name of a pretrained tokenizer
 * @param files the files that the configuration names for it
 * @param pieces number of pieces in its vocabulary; empty if no file states it
 */
public record Tokenizer(
    Optional<String> library, Optional<String> type, List<File> files, OptionalLong pieces) {
  /**
   * A file of a tokenizer.
   *
   * @param key the configuration key that names the file
   * @param name the name as the configuration spells it
   * @param bytes the file's size in bytes; empty if the checkpoint does not hold it
   */
  public record File(String key, String name, OptionalLong bytes) {}
}
