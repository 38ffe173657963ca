/** Plans as documents that travel: what was asked for, what was read, and what came of it. */
package io.shardwright.core.internal.save;
