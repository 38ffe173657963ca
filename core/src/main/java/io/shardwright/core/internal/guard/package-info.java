/** Limits at work: what one opened checkpoint was allowed and has taken. */
package io.shardwright.core.internal.guard;
