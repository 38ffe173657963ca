package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;

/** Folders of {@code torch.distributed.checkpoint} itself, as FSDP and others save them. */
@AutoService(ModelFormat.class)
public final class DcpFormat implements ModelFormat {
  @Override
  public String id() {
    return "dcp";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder() && Iteration.hasMetadataAlone(files) && !Iteration.is(files);
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    return new DcpReading(files).read();
  }
}
