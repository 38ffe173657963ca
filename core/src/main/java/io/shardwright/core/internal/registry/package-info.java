/**
 * Finds adapters with {@link java.util.ServiceLoader}: a class loader goes in, the adapters come
 * out. Broken ones are skipped and listed, ambiguity is refused.
 */
package io.shardwright.core.internal.registry;
