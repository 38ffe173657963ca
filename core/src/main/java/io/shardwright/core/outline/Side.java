package io.shardwright.core.outline;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The source or the target of a plan.
 *
 * @param name the name of the file or folder
 * @param naming the naming of the parameters; empty if no family is known
 * @param layout the layout of the weights
 * @param virtual the virtual pipeline size; empty if the pipeline is not interleaved
 * @param grid the ranks with what each holds; empty if unknown
 */
public record Side(
    String name,
    Optional<Naming> naming,
    WeightLayout layout,
    OptionalInt virtual,
    Optional<RankGrid> grid) {}
