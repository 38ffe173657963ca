/** Checkpoints on Apache Spark: one large one in parts, many, and a table of their tensors. */
package io.shardwright.spark;
