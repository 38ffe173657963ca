package io.shardwright.core;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.directory.DirectoryCheckpoint;
import io.shardwright.core.internal.format.loose.LooseCheckpoint;
import io.shardwright.core.internal.registry.AdapterRegistry;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.util.Optional;

/** The family of an open checkpoint. */
final class Families {
  private Families() {}

  static Optional<ModelFamilyAdapter> of(ModelSource source, AdapterRegistry registry) {
    if (source instanceof LooseCheckpoint) {
      return Optional.empty();
    }
    return source instanceof DirectoryCheckpoint folder
        ? Optional.of(registry.familyOf(folder.model(), source.name()))
        : registry.claiming(source.config(), source.name());
  }

  /**
   * The family of a checkpoint that needs one.
   *
   * @throws UnrecognizedCheckpointException if none claims it, or several do
   */
  static ModelFamilyAdapter require(ModelSource source, AdapterRegistry registry) {
    if (source instanceof LooseCheckpoint) {
      throw new UnrecognizedCheckpointException(
          ErrorCode.FAMILY_UNKNOWN,
          source.name(),
          "holds tensors without a model's configuration, so that no family can claim it:"
              + " inspect and verify read it, and convert --to safetensors");
    }
    return of(source, registry)
        .orElseThrow(
            () ->
                new UnrecognizedCheckpointException(
                    ErrorCode.FAMILY_UNKNOWN,
                    source.name(),
                    "no family claims target '"
                        + source.config().text("target").orElse("(none)")
                        + "'; found "
                        + registry.ids()
                        + ": add its adapter with --adapter-path or --family-file"));
  }

  /** The parameters' names where they are not the family's own. */
  static Optional<ParameterTable> names(ModelSource source) {
    return source instanceof DirectoryCheckpoint folder
        ? Optional.of(folder.model().names())
        : Optional.empty();
  }
}
