/**
 * Computes what is to be done, from descriptions alone. A plan is immutable and deterministic, and
 * is proved to write every target element exactly once and to use every source tensor.
 */
package io.shardwright.core.internal.plan;
