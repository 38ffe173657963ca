/**
 * Describes a checkpoint as logical tensors: every shard of every rank, matched to the one rule of
 * its family that says how it is cut. No tensor byte is read.
 */
package io.shardwright.core.internal.describe;
