package io.shardwright.core.internal.describe;

/**
 * Elements of a source tensor.
 *
 * @param member the file they lie in, for messages
 * @param view which elements of the logical tensor they are
 */
public record SourcePart(String member, SourceTensor tensor, View view) {}
