package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.describe.ParallelSize;
import io.shardwright.core.internal.format.CheckpointTarget;
import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.format.directory.DirectoryTarget;
import io.shardwright.core.internal.format.directory.HuggingFaceDocuments;
import io.shardwright.core.internal.format.lightning.LightningCheckpoint;
import io.shardwright.core.internal.format.lightning.LightningTarget;
import io.shardwright.core.internal.format.loose.LooseCheckpoint;
import io.shardwright.core.internal.format.nemo.NemoCheckpoint;
import io.shardwright.core.internal.format.nemo.NemoTarget;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetNames;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.core.internal.registry.OwnJar;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the target's format decides: the names of its files and how they are laid out. */
record TargetKind(
    ReshardRequest request, ModelSource source, Adoption adoption, AdapterRegistry registry) {
  private TargetFormat format() {
    return Choices.format(request);
  }

  private DirectoryFormat directory() {
    return registry.formats().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    source.name(),
                    "no format of folders was found: add "
                        + OwnJar.HUGGING_FACE
                        + " to the class path"));
  }

  /** The class that the source is of, where it is a folder. */
  Optional<HuggingFaceModel> sourceModel() {
    return source instanceof DirectoryCheckpoint folder
        ? Optional.of(folder.model())
        : Optional.empty();
  }

  TargetNames names(ParallelSize size) {
    return new Names(size);
  }

  private final class Names implements TargetNames {
    private final ParallelSize size;

    Names(ParallelSize size) {
      this.size = size;
    }

    @Override
    public String member(RankCoordinate rank) {
      return format() == TargetFormat.LIGHTNING
          ? LightningTarget.member(
              ((LightningCheckpoint) source).stepName(), NemoCheckpoint.folder(rank, size))
          : NemoCheckpoint.member(rank, size);
    }

    @Override
    public String folder() {
      return format() == TargetFormat.LIGHTNING
          ? ((LightningCheckpoint) source).stepName() + "/"
          : NemoCheckpoint.distributedFolder();
    }

    @Override
    public Map<String, List<TensorSpec>> shards(List<TensorSpec> tensors) {
      return directory().shards(tensors, request.huggingFace().maxShardBytes());
    }
  }

  CheckpointTarget layOut(ExecutablePlan plan) {
    return switch (format()) {
      case LIGHTNING ->
          new LightningTarget((LightningCheckpoint) source, plan, request.training().optimizer());
      case HUGGING_FACE ->
          new DirectoryTarget(
              plan,
              HuggingFaceDocuments.of(source, attachments(), plan, directory()),
              List.of(),
              source.guard());
      case SAFETENSORS ->
          new DirectoryTarget(plan, plainDocuments(), source.attachments(), source.guard());
      case NEMO -> {
        boolean archive = request.target().toString().endsWith(".nemo");
        yield new NemoTarget(source, attachments(), plan, archive);
      }
    };
  }

  private List<Attachment> attachments() {
    var kept = source.attachments().stream().filter(own -> !adoption.replaces(own.name()));
    return Stream.concat(kept, adoption.attachments().stream()).toList();
  }

  private Map<String, byte[]> plainDocuments() {
    return source instanceof LooseCheckpoint
        ? Map.of()
        : Map.of("model_config.yaml", source.config().write());
  }
}
