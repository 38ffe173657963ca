package io.shardwright.adapters.megatron;

import io.shardwright.adapters.huggingface.HuggingFaceFormat;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.KnownModels.Given;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;
import java.util.Optional;

/** Reads a folder of {@code torch.distributed.checkpoint}. */
final class DcpReading {
  private static final String CONFIG = "config.json";

  private final StoredFiles files;
  private final KnownModels models;
  private final DistributedSet set;

  DcpReading(StoredFiles files, KnownModels models) {
    this.files = files;
    this.models = models;
    this.set = files.distributed();
  }

  StoredModel read() {
    try {
      var config = models.given().or(this::own);
      return config.isPresent() ? known(config.get()) : tensors().build();
    } catch (UnsafeCheckpointException unsafe) {
      throw unsafe;
    } catch (CheckpointException unknown) {
      return tensors().unknown(unknown).build();
    }
  }

  private Optional<Given> own() {
    if (!files.files().contains(CONFIG)) {
      return Optional.empty();
    }
    return Optional.of(new Given(files.name() + "/" + CONFIG, files.config(CONFIG, note -> {})));
  }

  private StoredModel known(Given config) {
    return new HuggingFaceFormat().read(files, models, config.values(), config.name(), set);
  }

  private StoredModel.Builder tensors() {
    return StoredModel.of(new Weights(set, set.tensors())).notes(Leftovers.ofPaths(set.objects()));
  }
}
