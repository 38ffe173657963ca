/**
 * Carries out a plan in one pass: the target is laid out first, then every source byte is read
 * once, logical tensor by logical tensor, in slabs of bounded size that are scattered to all target
 * ranks.
 */
package io.shardwright.core.internal.execute;
