package io.shardwright.core;

import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import java.util.List;

/**
 * An adapter that was found.
 *
 * @param id the family's name
 * @param origin the jar or folder it was loaded from
 * @param restoreClasses the classes it restores
 * @param parallelism the dimensions that may exceed 1
 */
public record AdapterDescription(
    String id,
    String origin,
    List<RestoreClass> restoreClasses,
    SupportedParallelism parallelism) {}
