package io.shardwright.core.internal.execute;

/**
 * What a backend takes of memory for each thread, in tiles, at most. Besides a tile for what is
 * worked on and one for each type that it is cast to, these come about on the way.
 *
 * @param tileBytes of each
 * @param moving while spans are spread and gathered
 * @param casting while elements are cast or shifted
 * @param adding while a product is added, besides {@code factorCopies}
 * @param factorCopies of a product's factors, while it is added
 * @param comparing buffers of the host, once replicas were compared
 * @param apart whether tiles lie in a device's own memory
 */
public record TileMemory(
    long tileBytes,
    int moving,
    int casting,
    int adding,
    int factorCopies,
    int comparing,
    boolean apart) {}
