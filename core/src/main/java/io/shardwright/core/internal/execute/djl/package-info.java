/**
 * The plan's tiles as DJL NDArrays, in PyTorch's native library. That library ends the process
 * where it is handed an element type it does not know, so {@link CarrierArrays} alone makes arrays,
 * and bytes travel as one of the four types of {@link Carrier}.
 */
package io.shardwright.core.internal.execute.djl;
