package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.List;
import java.util.Optional;

/** What lies beside the weights and says what the model is. */
interface ModelSide {
  /**
   * The document of the model.
   *
   * @param set of the weights, which may hold it
   */
  Optional<ModelDocument> document(DistributedSet set);

  /** The folder of the tokenizer's files. */
  Optional<TokenizerFiles> tokenizer();

  /** Sentences for the user. */
  List<String> notes();
}
