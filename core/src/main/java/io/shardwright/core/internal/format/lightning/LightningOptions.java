package io.shardwright.core.internal.format.lightning;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The options for reading a training checkpoint.
 *
 * @param name of the checkpoint, with or without its suffix
 * @param step its number
 * @param hparamsFile a configuration to use in place of the one inside
 * @param optimizer whether the optimizer's state is wanted
 */
public record LightningOptions(
    Optional<String> name, OptionalLong step, Optional<Path> hparamsFile, boolean optimizer) {}
