package io.shardwright.core.internal.describe;

import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import java.util.List;

/**
 * A checkpoint, described.
 *
 * @param source where it lies, for messages
 * @param size the grid it was written for
 * @param ranks its files, stage by stage
 * @param tensors its logical tensors, in the order of the files
 * @param layers in the whole model; 0 where the configuration does not say
 */
public record ModelDescription(
    String source,
    ModelFamilyAdapter family,
    ModelConfig config,
    ParallelSize size,
    List<RankFile> ranks,
    List<LogicalTensor> tensors,
    int layers) {}
