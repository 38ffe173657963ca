/** Compares two open checkpoints, tensor by tensor and key by key, and returns the differences. */
package io.shardwright.core.internal.compare;
