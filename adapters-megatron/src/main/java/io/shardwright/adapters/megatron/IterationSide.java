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
    return common(files, set).flatMap(state -> state.get("args")).flatMap(Arguments::of);
  }

  /** The common state, which an object holds in a list. */
  static Optional<Obj> common(StoredFiles files, DistributedSet set) {
    Optional<JsonValue> state =
        files.files().contains(COMMON)
            ? Optional.of(files.pickle(COMMON))
            : Optional.of(STATE).filter(set.objects()::contains).map(set::object);
    return state
        .map(
            held ->
                held instanceof Arr list && list.items().size() == 1 ? list.items().get(0) : held)
        .filter(Obj.class::isInstance)
        .map(Obj.class::cast);
  }

  private ModelDocument trained(ModelDocument document) {
    return TrainState.read(files)
        .map(counts -> document.keeping(Kept.TRAIN_STATE, counts))
        .orElse(document);
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
