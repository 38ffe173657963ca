package io.shardwright.adapters.megatron;

import io.shardwright.spi.format.DistributedSet;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import io.shardwright.spi.format.StoredModel.Weights;

/** Reads a folder of {@code torch.distributed.checkpoint}. */
final class DcpReading {
  private final DistributedSet set;

  DcpReading(StoredFiles files) {
    this.set = files.distributed();
  }

  StoredModel read() {
    return StoredModel.of(new Weights(set, set.tensors()))
        .notes(Leftovers.ofPaths(set.objects()))
        .build();
  }
}
