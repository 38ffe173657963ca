/** Two open checkpoints, tensor by tensor and key by key. */
package io.shardwright.core.internal.compare;
