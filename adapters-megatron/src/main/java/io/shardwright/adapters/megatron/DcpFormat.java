package io.shardwright.adapters.megatron;

import com.google.auto.service.AutoService;
import io.shardwright.spi.format.KnownModels;
import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.ModelLayout;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Folders of {@code torch.distributed.checkpoint} itself, as FSDP and others save them. */
@AutoService(ModelFormat.class)
public final class DcpFormat implements ModelFormat {
  private static final Pattern SHARD =
      Pattern.compile("shard-[0-9]{5,}-model-[0-9]{5,}-of-[0-9]{5,}\\.safetensors");

  private static final Set<String> WHOLE =
      Set.of(".metadata", "model.safetensors", "model.safetensors.index.json");

  @Override
  public String id() {
    return "dcp";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder()
        && (Iteration.hasMetadataAlone(files) && !Iteration.is(files) || isOfShards(files));
  }

  /** As {@code HuggingFaceStorageWriter} of PyTorch leaves them before they are made one. */
  private static boolean isOfShards(StoredFiles files) {
    var names = files.files();
    return names.stream().anyMatch(name -> SHARD.matcher(name).matches())
        && names.stream().noneMatch(WHOLE::contains);
  }

  @Override
  public StoredModel read(StoredFiles files, KnownModels models) {
    return new DcpReading(files, models).read(List.of());
  }

  @Override
  public Optional<ModelLayout> layout() {
    return Optional.of(new DcpModelLayout());
  }
}
