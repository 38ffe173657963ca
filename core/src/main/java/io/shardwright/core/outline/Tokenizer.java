package io.shardwright.core.outline;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The tokenizer that a checkpoint names.
 *
 * @param library such as {@code sentencepiece}
 * @param type such as a pretrained one's name
 * @param files that it is made of
 * @param pieces in its vocabulary, where a file tells
 */
public record Tokenizer(
    Optional<String> library, Optional<String> type, List<File> files, OptionalLong pieces) {
  /**
   * A file of a tokenizer.
   *
   * @param key of the configuration that names it
   * @param name as the configuration has it
   * @param bytes its size; empty where it is not in the checkpoint
   */
  public record File(String key, String name, OptionalLong bytes) {}
}
