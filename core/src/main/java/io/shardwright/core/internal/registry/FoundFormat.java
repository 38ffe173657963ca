package io.shardwright.core.internal.registry;

/**
 * A format with its origin.
 *
 * @param <F> what kind of format it is
 * @param id the format's name
 * @param origin the jar or folder, or {@code unknown}
 */
public record FoundFormat<F>(F format, String id, String origin) {}
