package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.TokenizerFiles;
import io.shardwright.spi.format.WantedModel;
import java.util.List;
import java.util.Set;

/** The tokenizer of a model that is written. */
final class Tokenizer {
  private Tokenizer() {}

  /** Says which files have no place in a folder of Megatron-LM's. */
  static List<String> left(WantedModel model) {
    Set<String> files = TokenizerFiles.of(model).keySet();
    return files.isEmpty()
        ? List.of()
        : List.of(
            "Megatron-LM's folders contain no tokenizer, so these files are left out: "
                + String.join(", ", files));
  }
}
