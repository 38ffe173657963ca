package io.shardwright.adapters.megatron;

import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads an iteration: its tensors, and what its document says of the model. */
final class IterationReading {
  /**
   * In the names of a tuning's parameters (NeMo v2.0.0, {@code
   * nemo/lightning/pytorch/callbacks/peft.py}).
   */
  private static final String ADAPTER = ".adapter.";

  private final StoredFiles files;
  private final ModelSide side;
  private final KnownModels models;
  private final DistributedSet set;
  private final List<String> notes = new ArrayList<>();

  IterationReading(StoredFiles files, KnownModels models) {
    this(files, new IterationSide(files), models);
  }

  /** Weights that something else than an iteration's folder says the model of. */
  IterationReading(StoredFiles files, ModelSide side, KnownModels models) {
    this.files = files;
    this.side = side;
    this.models = models;
    this.set = files.distributed();
  }

  /** With notes on how it was chosen. */
  StoredModel read(List<String> before) {
    notes.addAll(before);
    notes.addAll(Integrity.of(files));
    notes.addAll(Leftovers.notes(set.objects()));
    notes.addAll(side.notes());
    var built = StoredModel.of(new Weights(set, set.tensors()));
    if (holdsAdaptersAlone()) {
      built.unknown(adaptersAlone());
      return built.notes(notes).build();
    }
    var reading = new ModelReading(files, side.tokenizer(), models, set.tensors().keySet(), notes);
    reading.describe(
        () -> side.document(set),
        ranks -> Vocabulary.stored(set.tensors(), ranks),
        config -> config,
        built);
    var flat = new FlatArrays(files.name(), set);
    IterationSide.common(files, set)
        .flatMap(
            common ->
                CommonTraining.of(
                    counted(common),
                    flat.optimizers(),
                    flat.state(),
                    layers(flat.state().isPresent())))
        .ifPresent(built::training);
    return built.notes(notes).build();
  }

  /** Megatron-Bridge counts beside it, NeMo 2 with its data. */
  private Obj counted(Obj common) {
    Obj counted = common.copy();
    TrainState.read(files)
        .flatMap(counts -> counts.get(Kept.SAMPLES))
        .or(
            () ->
                common.fields().values().stream()
                    .filter(Obj.class::isInstance)
                    .flatMap(held -> ((Obj) held).get("consumed_samples").stream())
                    .filter(Num.class::isInstance)
                    .findFirst())
        .ifPresent(seen -> counted.put(Kept.SAMPLES, seen));
    return counted;
  }

  /** Whether the model itself is elsewhere, as a tuning of few parameters saves them. */
  private boolean holdsAdaptersAlone() {
    var names = set.tensors().keySet();
    return !names.isEmpty() && names.stream().allMatch(name -> name.contains(ADAPTER));
  }

  private UnsupportedCheckpointException adaptersAlone() {
    return new UnsupportedCheckpointException(
        ErrorCode.UNSUPPORTED,
        files.name(),
        "contains only the parameters of adapters (…"
            + ADAPTER
            + "…), which can be read only as tensors: merge them into their model with the tool"
            + " that trained them");
  }

  /**
   * A norm of Transformer Engine has a state of its own, one of Megatron-Core's layers has none.
   * Flat buffers show it better.
   */
  private Map<String, String> layers(boolean flat) {
    boolean any = set.objects().stream().anyMatch(key -> key.contains("._extra_state/"));
    boolean norm = set.objects().stream().anyMatch(key -> key.contains("norm._extra_state/"));
    return any && !norm && !flat
        ? Map.of(FlatBuffers.SPECIFICATION, "local", FlatBuffers.GROUPED, "false")
        : Map.of();
  }
}
