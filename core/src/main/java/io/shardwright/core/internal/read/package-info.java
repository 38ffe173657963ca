/** What is read of an open checkpoint: its sums, its logical tensors, its files. */
package io.shardwright.core.internal.read;
