package io.shardwright.core.outline;

import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One end of a plan.
 *
 * @param name the file's or folder's
 * @param naming of the parameters; empty where no family is known
 * @param layout of the weights
 * @param virtual virtual pipeline size; empty for none
 * @param grid what each rank holds; empty where that can't be told
 */
public record Side(
    String name,
    Optional<Naming> naming,
    WeightLayout layout,
    OptionalInt virtual,
    Optional<RankGrid> grid) {}
