package io.shardwright.core.internal.format;

import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.registry.AdapterRegistry;
import java.nio.file.Path;

/**
 * The options for opening a checkpoint.
 *
 * @param registry the families that it may be of
 * @param guard what it is read under
 * @param spoolFolder where a compressed archive may be unpacked to
 * @param options which step of a training, and what is given besides
 * @param state whether a training's optimizer is wanted
 */
public record Opening(
    AdapterRegistry registry,
    Guard guard,
    Path spoolFolder,
    TrainingOptions options,
    boolean state) {}
