/** A path becomes an open checkpoint: its format, its family and what it holds. */
package io.shardwright.core.internal.open;
