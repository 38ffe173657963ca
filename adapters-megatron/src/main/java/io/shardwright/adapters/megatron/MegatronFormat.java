package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;

/**
 * Distributed checkpoints of Megatron-Core ({@code torch_dist}): an iteration's folder, or the root
 * of a training by Megatron-Bridge or Megatron-LM that has such iterations.
 */
@AutoService(ModelFormat.class)
public final class MegatronFormat implements ModelFormat {
  @Override
  public String id() {
    return "megatron";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder() && (Iteration.is(files) || !Root.iterations(files).isEmpty());
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    return Iteration.is(files)
        ? new IterationReading(Iteration.whole(files), models).read()
        : Root.of(files, models.step()).read(models);
  }
}
