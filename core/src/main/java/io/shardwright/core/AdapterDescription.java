package io.shardwright.core;

import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/**
 * The description of a model family's adapter that was found.
 *
 * @param id the family's name
 * @param origin the jar, folder or YAML file from which it was loaded, or {@code unknown}
 * @param restoreClasses the classes that restore checkpoints of the family
 * @param parallelism the parallel dimensions whose size may be larger than 1
 */
public record AdapterDescription(
    String id,
    String origin,
    List<RestoreClass> restoreClasses,
    SupportedParallelism parallelism) {}
