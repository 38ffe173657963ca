package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.TokenizerFiles;
import java.util.List;
import java.util.Optional;

/** What an iteration's folder says of the model. */
record IterationSide(StoredFiles files) implements ModelSide {
  /** The configuration of Megatron-Bridge. */
  static final String RUN_CONFIG = "run_config.yaml";

  /** What is no tensor, up to Megatron-Core 0.18. */
  static final String COMMON = "common.pt";

  /** The same as an object, from Megatron-Core 0.19 on. */
  static final String STATE = "common_state/shard_0_1";

  /** Megatron-Bridge's copy of the tokenizer, as transformers saves it. */
  static final String TOKENIZER = "tokenizer";

  @Override
  public Optional<ModelDocument> document(DistributedSet set) {
    if (Iteration.isOfBridge(files)) {
      Obj whole = files.yaml(RUN_CONFIG);
      return whole
          .get(RunConfig.MODEL)
          .flatMap(RunConfig::of)
          .map(document -> document.keeping(Kept.RUN_CONFIG, whole))
          .map(this::trained);
    }
    if (files.files().contains(COMMON)) {
      return args(files.pickle(COMMON));
    }
    return set.objects().contains(STATE) ? args(set.object(STATE)) : Optional.empty();
  }

  private ModelDocument trained(ModelDocument document) {
    return TrainState.read(files)
        .map(counts -> document.keeping(Kept.TRAIN_STATE, counts))
        .orElse(document);
  }

  /** The arguments in the common state, which an object holds in a list. */
  private static Optional<ModelDocument> args(JsonValue state) {
    JsonValue held =
        state instanceof Arr list && list.items().size() == 1 ? list.items().get(0) : state;
    return held instanceof Obj object
        ? object.get("args").flatMap(Arguments::of)
        : Optional.empty();
  }

  @Override
  public Optional<TokenizerFiles> tokenizer() {
    return Optional.of(TOKENIZER)
        .filter(files.folders()::contains)
        .map(name -> new TokenizerFiles(files.folder(name)));
  }

  @Override
  public List<String> notes() {
    return List.of();
  }
}
