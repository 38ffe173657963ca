package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.spi.RankCoordinate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one rank's file holds.
 *
 * @param member its name within the checkpoint
 * @param names all names of the state dict in the file's order, tensors and objects alike
 * @param tensors by name
 * @param objects what is no tensor, by name: {@code _extra_state}
 * @param metadata the state dict's {@code _metadata}
 */
public record RankFile(
    String member,
    RankCoordinate rank,
    List<String> names,
    Map<String, SourceTensor> tensors,
    Map<String, PickleValue> objects,
    Optional<PickleValue> metadata) {}
