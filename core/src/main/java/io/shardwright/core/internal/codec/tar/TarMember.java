package io.shardwright.core.internal.codec.tar;

/**
 * An entry of an archive.
 *
 * @param name without a leading {@code ./}; empty for the root folder
 * @param offset first byte of its data
 */
public record TarMember(String name, boolean folder, long offset, long size) {}
