package io.shardwright.core.outline;

import io.shardwright.spi.Grid;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.util.Optional;

/**
 * The source or the target of a plan.
 *
 * @param name the name of the file or folder
 * @param naming the naming of the parameters; empty if no family is known
 * @param layout the layout of the weights
 * @param grid the numbers of ranks
 * @param ranks what each rank holds; empty if unknown
 */
public record Side(
    String name,
    Optional<Naming> naming,
    WeightLayout layout,
    Grid grid,
    Optional<RankGrid> ranks) {}
