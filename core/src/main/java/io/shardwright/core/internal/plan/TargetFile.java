package io.shardwright.core.internal.plan;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.spi.RankCoordinate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rank's file to be written.
 *
 * @param member its name within the checkpoint
 * @param names all names of the state dict in order
 * @param tensors by name
 * @param objects what is no tensor, by name
 * @param metadata the state dict's {@code _metadata}
 */
public record TargetFile(
    String member,
    RankCoordinate rank,
    List<String> names,
    Map<String, TargetTensor> tensors,
    Map<String, PickleValue> objects,
    Optional<PickleValue> metadata) {}
