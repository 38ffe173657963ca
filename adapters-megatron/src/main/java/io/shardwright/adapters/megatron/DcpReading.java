package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.KnownModels.Given;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Reads a folder of {@code torch.distributed.checkpoint}. */
final class DcpReading {
  private static final String CONFIG = "config.json";

  /** What Megatron-LM's {@code torch_dcp} has: its arguments, and this before a model's names. */
  private static final String ARGS = "args";

  private static final String MODEL = "model.";
  private static final String DECODER = MODEL + "decoder.";

  /** Before the names of a model that Megatron-FSDP holds. */
  private static final String FSDP = "model.module.";

  private final StoredFiles files;
  private final KnownModels models;
  private final DistributedSet set;
  private final List<String> notes = new ArrayList<>();

  DcpReading(StoredFiles files, KnownModels models) {
    this.files = files;
    this.models = models;
    this.set = files.distributed();
  }

  /** With notes on how it was chosen. */
  StoredModel read(List<String> before) {
    notes.addAll(before);
    notes.addAll(Leftovers.ofPaths(set.objects()));
    if (has(DECODER)) {
      return trained();
    }
    try {
      var config = models.given().or(this::own);
      return config.isPresent() ? known(config.get()) : tensors().build();
    } catch (UnsafeCheckpointException unsafe) {
      throw unsafe;
    } catch (CheckpointException unknown) {
      return tensors().unknown(unknown).build();
    }
  }

  private boolean has(String before) {
    return set.tensors().keySet().stream().anyMatch(name -> name.startsWith(before));
  }

  private Optional<Given> own() {
    return files.files().contains(CONFIG)
        ? Optional.of(new Given(files.name() + "/" + CONFIG, files.config(CONFIG, note -> {})))
        : Optional.empty();
  }

  private StoredModel known(Given config) {
    return new HuggingFaceFormat().read(files, models, config.values(), config.name(), set, notes);
  }

  /** As Megatron-LM saves its modules where PyTorch shards them. */
  private StoredModel trained() {
    var model = new LinkedHashMap<String, ContainedTensor>();
    set.tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(MODEL)) {
                model.put(name, tensor);
              }
            });
    var built = StoredModel.of(new Weights(set, model));
    new ModelReading(files, Optional.empty(), models, model.keySet(), notes)
        .describe(
            () -> set.objects().contains(ARGS) ? Arguments.of(set.object(ARGS)) : Optional.empty(),
            ranks -> Vocabulary.stored(model, ranks),
            config -> config,
            built);
    return built.notes(notes).build();
  }

  private StoredModel.Builder tensors() {
    var built = StoredModel.of(new Weights(set, set.tensors())).notes(notes);
    if (has(FSDP + "decoder.") || has(FSDP + "module.decoder.")) {
      built.unknown(
          new UnsupportedCheckpointException(
              ErrorCode.UNSUPPORTED,
              files.name(),
              "is a checkpoint of Megatron-FSDP (fsdp_dtensor), from which only tensors can be"
                  + " read: save it as torch_dist"));
    }
    return built;
  }
}
