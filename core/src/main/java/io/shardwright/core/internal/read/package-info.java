/**
 * Reads open checkpoints: checksums, logical tensors, restored models and extracted files come out.
 */
package io.shardwright.core.internal.read;
