/** Finds adapters with {@link java.util.ServiceLoader}, survives broken ones, refuses ambiguity. */
package io.shardwright.core.internal.registry;
